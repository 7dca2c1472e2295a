//! All workloads of a study, with what changes them, as one load on shared units.

use super::Builder;
use super::books::Books;
use super::contract::{Agreed, Bought};
use super::workload::{Loads, Stated};
use crate::curve::{Course, Curves, LoadCurve, Mixture, Monthly, Shape, Sharer, shared};
use crate::input::study_file::FurtherWorkload;
use crate::process::Clock;
use crate::process::growth::Growth;
use crate::workload::{Level, Lever, Part, Pool};

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
        let mut all = vec![(first, Level::Shared { more_per_year: 0.0 })];
        for (i, further) in self.file.workloads.clone().into_iter().enumerate() {
            let level = self.level(&format!("workloads[{i}]"), &further);
            let place = format!("workloads[{i}].load");
            all.push((Stated { table: further.load, place }, level));
        }
        let members: Vec<Option<Member>> = all
            .into_iter()
            .map(|(stated, level)| self.member(&stated, level, books, offer, months))
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

    /// How the level of the workload in a table moves.
    fn level(&mut self, table: &str, further: &FurtherWorkload) -> Level {
        if further.growth.is_some() && further.growth_per_year.is_some() {
            let message = "`growth` and `growth_per_year` both say how the workload grows";
            let help = "state one: `growth` instead of the study's [growth], or `growth_per_year` \
                        on top of that";
            self.error(&format!("{table}.growth_per_year"), "ambiguous", message, help);
        }
        match &further.growth {
            Some(growth) => {
                Level::Own { table: format!("{table}.growth"), growth: Box::new(growth.clone()) }
            }
            None => Level::Shared { more_per_year: further.growth_per_year.unwrap_or(0.0) },
        }
    }

    fn member(
        &mut self,
        stated: &Stated,
        level: Level,
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
            level,
        };
        Some(Member { loads, part, waits })
    }

    /// Several workloads are of one unit, with hours that can be added.
    fn check_members(&mut self, members: &[Member]) {
        let first = &members[0].loads;
        for member in &members[1..] {
            let (place, unit) = (&member.part.table, &member.loads.unit);
            if *unit != first.unit {
                let message = format!("its units are {unit}, those of [workload] {}", first.unit);
                let help = "loads that share units have the same `unit`; others are stated in \
                            separate studies";
                self.error(place, "unit-mismatch", message, help);
            }
        }
        if members.len() > 1 {
            self.check_hours(members);
        }
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

    /// When load that may wait is served follows from the hours of all workloads together, which must
    /// be the same on every path.
    fn check_waiting(&mut self, members: &[Member]) {
        for Member { part, .. } in members.iter().filter(|m| m.waits.0 > 0.0 && m.waits.1 > 0) {
            let waits = |lever: &Lever| matches!(lever, Lever::Deferrable(_));
            let Some(i) = part.levers.iter().position(waits) else { continue };
            let message = "load that may wait needs one mix of the workloads, and here the mix \
                           differs from future to future";
            let help = "take `deferrable` out, or let the workloads move together: \
                        `growth_per_year` instead of `growth`, and what is uncertain in [growth] \
                        or [forecast_error]";
            self.error(&format!("{}.levers[{i}]", part.table), "random-mix", message, help);
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
        let (clock, growth) = (self.clock(months), self.file.growth.clone());
        let curves = if pool.has_random_mix(clock, &growth) {
            self.check_waiting(&members);
            mixed_curves(&members, &mix(&pool, clock, &growth, 0))
        } else {
            curves(&members, &pool, clock, &growth)
        };
        let today = pool.at_means(clock, &growth, 0);
        let (units, usd) = today.iter().fold((0.0, 0.0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
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
        let description = described(&members, curves.certain().is_none());
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

/// The shares of the workloads in the load of month `t`, at the means of what is uncertain.
fn mix(pool: &Pool, clock: Clock, growth: &Growth, t: usize) -> Vec<f64> {
    let units = pool.at_means(clock, growth, t).into_iter().map(|(units, _)| units);
    let units: Vec<f64> = units.collect();
    let total: f64 = units.iter().sum();
    // A load of nothing has no mix.
    units.iter().map(|units| if total > 0.0 { units / total } else { 1.0 }).collect()
}

/// The curve of each month: one for all, where the mix does not change.
fn curves(members: &[Member], pool: &Pool, clock: Clock, growth: &Growth) -> Curves {
    let alone = &members[0].loads.form;
    let waits = members.iter().any(|m| m.waits.0 > 0.0 && m.waits.1 > 0);
    if members.len() == 1 && !waits {
        return alone.curve().into();
    }
    let (mut mixes, mut of_month): (Vec<Vec<f64>>, Vec<usize>) = (Vec::new(), Vec::new());
    for t in 0..clock.months {
        let mix = mix(pool, clock, growth, t);
        let known = mixes.iter().position(|other| *other == mix);
        of_month.push(known.unwrap_or(mixes.len()));
        if known.is_none() {
            mixes.push(mix);
        }
    }
    let distinct = mixes.iter().map(|mix| curve(members, mix)).collect();
    Curves::Certain(Monthly::new(distinct, of_month))
}

/// The curves of workloads whose mix differs from path to path; today it is `mix`.
fn mixed_curves(members: &[Member], mix: &[f64]) -> Curves {
    let courses: Vec<Course> = members.iter().filter_map(|m| m.loads.form.course.clone()).collect();
    let bursts: Vec<f64> = members.iter().map(|m| m.loads.form.burst_cv).collect();
    let mixture = Mixture::new(&courses, &bursts, round(courses.iter()));
    Curves::Mixed { mixture, today: curve(members, mix) }
}

/// The curve of the workloads together, with these shares of the load.
fn curve(members: &[Member], mix: &[f64]) -> LoadCurve {
    LoadCurve::new(mixed(members, mix), burst(members, mix))
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

/// Where the shape comes from, in words; `apart` if the mix differs from path to path.
fn described(members: &[Member], apart: bool) -> String {
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
        all => {
            let how = if apart { ", in each future by its own mix" } else { "" };
            format!("{} workloads added hour by hour{how}: {}", all.len(), all.join("; "))
        }
    }
}
