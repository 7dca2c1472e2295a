//! All workloads of a study, with what changes them, as one load on shared units.

use super::Builder;
use super::books::Books;
use super::contract::{Agreed, Bought};
use super::workload::{Loads, Stated};
use crate::curve::{Course, Curves, LoadCurve, Shape, Sharer, shared};
use crate::param::Parameters;
use crate::process::Clock;
use crate::workload::{Part, Pool};

/// Stretches of time that courses of different length may need together.
const MOST_STRETCHES: usize = 200_000;

/// A workload with what changes it.
struct Member {
    loads: Loads,
    part: Part,
    /// Share that may wait, and the stretches of time that it may.
    waits: (f64, usize),
}

impl Builder {
    /// Resolves `[workload]` and `[[workloads]]` on the units of the contract.
    pub(super) fn loads(&mut self, books: &Books, agreed: &Agreed, months: usize) -> Option<Loads> {
        let before = self.findings.list.len();
        let offer = agreed.offer.as_ref();
        let first = Stated { table: self.file.workload.clone(), place: "workload".into() };
        let further = self.file.workloads.clone().into_iter().enumerate().map(|(i, w)| {
            let place = format!("workloads[{i}].load");
            (Stated { table: w.load, place }, w.growth_per_year)
        });
        let all: Vec<(Stated, f64)> = std::iter::once((first, 0.0)).chain(further).collect();
        let members: Vec<Option<Member>> = all
            .into_iter()
            .map(|(stated, growth)| self.member(&stated, growth, books, offer, months))
            .collect();
        let members: Vec<Member> = members.into_iter().collect::<Option<_>>()?;
        // What the contract's units are called is the offer's business.
        if !agreed.lost {
            self.check_members(&members);
        }
        if self.has_errors_since(before) {
            return None;
        }
        self.together(members, months)
    }

    fn member(
        &mut self,
        stated: &Stated,
        growth_per_year: f64,
        books: &Books,
        offer: Option<&Bought>,
        months: usize,
    ) -> Option<Member> {
        let loads = self.load(stated, books, offer);
        for (i, rerating) in stated.table.rerating.iter().enumerate() {
            let place = stated.field(&format!("rerating[{i}]"));
            self.check_start_of(&place, rerating.from_month - 1, months);
        }
        if stated.place != "workload" && stated.table.rerated_with_price.is_some() {
            let message = "`rerated_with_price` holds for all workloads";
            let help = "state it in [workload]";
            self.error(&stated.field("rerated_with_price"), "no-effect", message, help);
        }
        let workload = loads.as_ref().map(|loads| &loads.workload);
        let levers = self.levers(stated, workload, books, offer, months);
        let loads = loads?;
        let waits = self.deferrable(stated, &loads).unwrap_or((0.0, 0));
        let part = Part {
            table: stated.place.clone(),
            workload: loads.workload.clone(),
            levers,
            rerating: stated.table.rerating.clone(),
            growth_per_year,
        };
        Some(Member { loads, part, waits })
    }

    /// Several workloads are of one unit, with certain mixes and hours that can be added.
    fn check_members(&mut self, members: &[Member]) {
        let first = &members[0].loads;
        for member in &members[1..] {
            let (place, unit) = (&member.part.table, &member.loads.unit);
            if *unit != first.unit {
                let message = format!("its units are {unit}, those of [workload] {}", first.unit);
                self.error(place, "unit-mismatch", message, "state them in separate studies");
            }
        }
        if members.len() < 2 {
            return;
        }
        for member in members {
            self.check_certain(&member.part);
        }
        self.check_hours(members);
    }

    /// The hours of all workloads can be added: their order is known, and they are the same hours.
    fn check_hours(&mut self, members: &[Member]) {
        let help = "use shapes by the week such as \"office_week\", `levels` without weights as \
                    hours in their order, or usage files with the same intervals";
        for member in members.iter().filter(|m| m.loads.form.course.is_none()) {
            let message = "its hours cannot be added: the shape has no order of time";
            self.error(&member.part.table, "no-order", message, help);
        }
        // An even load fits all others.
        let hours = |member: &Member| {
            let course = member.loads.form.course.as_ref().filter(|c| c.levels.len() > 1)?;
            let measured = member.loads.form.measured_from.clone();
            Some((measured.map(|from| (from, course.levels.len())), course.hours))
        };
        let known = members.iter().find_map(hours);
        for member in members.iter().filter(|m| hours(m).is_some() && hours(m) != known) {
            let message = "its hours are not those of the workloads before it";
            self.error(&member.part.table, "hours-mismatch", message, help);
        }
        if round(members.iter().filter_map(|m| m.loads.form.course.as_ref())) > MOST_STRETCHES {
            let message = format!("the hours come together after more than {MOST_STRETCHES} hours");
            self.error("workloads", "hours-mismatch", message, help);
        }
    }

    /// The mix of several workloads is the same on every path, so that their hours can be added
    /// once.
    fn check_certain(&mut self, part: &Part) {
        let mut parameters = Parameters::default();
        let mut pool = Pool { parts: vec![part.clone()], rerated_with_price: 0.0.into() };
        pool.bind(&mut parameters);
        for i in parameters.uncertain() {
            let name = &parameters.list()[i].name;
            let message = format!("`{name}` is uncertain, and with it the mix of the workloads");
            let help = "put the uncertainty where all workloads share it: `growth` or \
                        `forecast_error`";
            self.error(name, "uncertain-mix", message, help);
        }
    }

    fn together(&mut self, mut members: Vec<Member>, months: usize) -> Option<Loads> {
        let parts: Vec<Part> = members.iter().map(|m| m.part.clone()).collect();
        let follows = self.file.workload.rerated_with_price.clone();
        let alone = members.len() == 1;
        let even = |m: &Member| m.loads.form.course.as_ref().is_some_and(|c| c.levels.len() == 1);
        if alone && members[0].waits.0 > 0.0 && even(&members[0]) {
            self.warn(
                "changes-nothing",
                "`workload.levers` changes nothing where it lets load wait: all hours are alike",
                "it was meant to do something that another input prevents",
                "give the load a `shape` by the hour",
            );
        }
        let plain = |part: &Part| part.levers.is_empty() && part.rerating.is_empty();
        if alone && plain(&parts[0]) && follows.is_none() {
            return members.pop().map(|member| member.loads);
        }
        let pool = Pool { parts, rerated_with_price: follows.unwrap_or_else(|| 0.0.into()) };
        let clock = self.clock(months);
        let curves = curves(&members, &pool, clock);
        let (units, usd) = pool.total_at_means(clock, 0);
        if units <= 0.0 {
            let message = "the levers leave no load in the first month";
            self.error(
                "workload.levers",
                "no-load",
                message,
                "leave some of the work on the units",
            );
            return None;
        }
        let description = described(&members);
        let mut members = members.into_iter().map(|member| member.loads);
        let mut loads = members.next()?;
        for other in members {
            loads.prices.extend(other.prices);
            loads.purchase = match (loads.purchase, other.purchase) {
                (Some(a), Some(b)) => Some((a.0.max(b.0), a.1.max(b.1))),
                (a, b) => a.or(b),
            };
            loads.retires = [loads.retires, other.retires].into_iter().flatten().min();
        }
        loads.form.description = description;
        Some(Loads { curves, today: (units, usd / units), pool: Some(pool), ..loads })
    }
}

/// The stretches after which all courses have gone round.
fn round<'a>(courses: impl Iterator<Item = &'a Course>) -> usize {
    courses.fold(1, |all, course| {
        let (mut a, mut b) = (all, course.levels.len());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        (all / a).saturating_mul(course.levels.len())
    })
}

/// The curve of each month: one for all, where the mix does not change.
fn curves(members: &[Member], pool: &Pool, clock: Clock) -> Curves {
    let alone = &members[0].loads.form;
    let waits = members.iter().any(|m| m.waits.0 > 0.0 && m.waits.1 > 0);
    if members.len() == 1 && !waits {
        return alone.curve().into();
    }
    let (mut mixes, mut of_month): (Vec<Vec<f64>>, Vec<usize>) = (Vec::new(), Vec::new());
    for t in 0..clock.months {
        let units: Vec<f64> = pool.at_means(clock, t).iter().map(|(units, _)| *units).collect();
        let total: f64 = units.iter().sum();
        // A load of nothing has no mix.
        let part = |units: &f64| if total > 0.0 { units / total } else { 1.0 };
        let mix: Vec<f64> = units.iter().map(part).collect();
        let known = mixes.iter().position(|other| *other == mix);
        of_month.push(known.unwrap_or(mixes.len()));
        if known.is_none() {
            mixes.push(mix);
        }
    }
    let curve = |mix: &Vec<f64>| LoadCurve::new(mixed(members, mix), burst(members, mix));
    Curves::new(mixes.iter().map(curve).collect(), of_month)
}

/// The shape of the workloads together, with these shares of the load.
fn mixed(members: &[Member], mix: &[f64]) -> Shape {
    let forms = members.iter().filter_map(|m| m.loads.form.course.clone());
    let courses: Vec<Course> = forms.map(Course::relative).collect();
    let sharers: Vec<Sharer<'_>> = members
        .iter()
        .zip(&courses)
        .zip(mix)
        .map(|((member, course), load)| {
            let (share, window) = member.waits;
            Sharer { course, load: *load, share, window }
        })
        .collect();
    shared(&sharers, round(courses.iter()))
}

/// Bursts of several workloads are independent: their variances add up.
fn burst(members: &[Member], mix: &[f64]) -> f64 {
    let parts = members.iter().zip(mix);
    parts.map(|(m, share)| (share * m.loads.form.burst_cv).powi(2)).sum::<f64>().sqrt()
}

/// Where the shape comes from, in words.
fn described(members: &[Member]) -> String {
    let forms: Vec<String> = members
        .iter()
        .map(|member| {
            let text = member.loads.form.description.trim_end_matches('.');
            match member.waits {
                (share, window) if share > 0.0 && window > 0 => {
                    format!("{text}, with {:.0} % that may wait", 100.0 * share)
                }
                _ => text.to_owned(),
            }
        })
        .collect();
    match forms.as_slice() {
        [one] => one.clone(),
        all => format!("{} workloads added hour by hour: {}", all.len(), all.join("; ")),
    }
}
