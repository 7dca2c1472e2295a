//! Growth, price, forecast error and what moves together, on their own.

use super::Builder;
use super::contract::Agreed;
use super::further::is_within;
use super::workload::Loads;
use crate::error::Problem;
use crate::input::study_file::{FurtherWorkload, LevelAt};
use crate::path::{PathModel, PathSpec};
use crate::process::Clock;
use crate::process::forecast_error::ForecastError;
use crate::process::growth::Growth;
use crate::process::price::Price;
use crate::workload::{Level, Part, Pool, Workload};

impl Builder {
    pub(super) fn clock(&self, months: usize) -> Clock {
        let within = match self.file.level_at {
            LevelAt::Start => 0.0,
            LevelAt::Middle => 0.5,
            LevelAt::End => 1.0,
        };
        Clock { first: self.file.months_until_start + within, months }
    }

    /// What is wrong with growth, price and forecast error on their own, and, where the rest of the
    /// study is not known, with their correlations.
    pub(super) fn check_futures(&mut self, agreed: &Agreed, loads: Option<&Loads>, months: usize) {
        let clock = self.clock(months);
        let until = clock.time(months - 1);
        let before = self.findings.list.len();
        let problems = [
            ("growth", self.file.growth.check(until)),
            ("price", self.file.price.check(until)),
            ("forecast_error", self.file.forecast_error.check()),
        ];
        self.check_discount(months);
        for (i, further) in self.file.workloads.clone().iter().enumerate() {
            let problems = further.growth.iter().flat_map(|growth| growth.check(until)).collect();
            self.problems(&format!("workloads[{i}].growth"), problems);
        }
        for (table, problems) in problems {
            self.problems(table, problems);
        }
        if !agreed.complete || loads.is_none() || self.findings.has_errors() {
            self.check_shocks(before);
        }
    }

    /// Correlations of what moves from month to month, whatever the load and the contract are. The
    /// findings from `before` on tell which tables are wrong themselves: who moves with them is not
    /// known.
    fn check_shocks(&mut self, before: usize) {
        let wrong: Vec<&str> =
            self.findings.list[before..].iter().map(|f| f.field.as_str()).collect();
        let is_wrong = |table: &str| wrong.iter().any(|field| is_within(field, table));
        let spec = self.shocks(&is_wrong);
        let Err(problems) = PathModel::new(spec, |_| {}) else { return };
        // Other parameters have a table before their name.
        let is_shock = |name: &String| {
            !name.contains('.') || name.starts_with("workloads[") && name.ends_with(".growth")
        };
        let of_others = |p: &Problem| {
            let pairs = self.file.correlations.iter().enumerate();
            let mut its = pairs.filter(|(i, _)| p.field.starts_with(&format!("[{i}]")));
            !its.any(|(_, pair)| pair.between.iter().all(|name| is_shock(name) && !is_wrong(name)))
        };
        let own: Vec<Problem> = problems.into_iter().filter(|p| !of_others(p)).collect();
        self.problems("correlations", own);
    }

    /// What moves from month to month, but for tables that are wrong, over a load of one unit.
    fn shocks(&self, is_wrong: &dyn Fn(&str) -> bool) -> PathSpec {
        let unit = || Workload::Units { level: 1.0.into(), value: 1.0.into() };
        let level = |(i, further): (usize, &FurtherWorkload)| {
            let table = format!("workloads[{i}].growth");
            let growth = further.growth.clone().filter(|_| !is_wrong(&table))?;
            Some(Level::Own { table, growth: Box::new(growth) })
        };
        let further = self.file.workloads.iter().enumerate().filter_map(level);
        let levels = std::iter::once(Level::Shared { more_per_year: 0.0 }).chain(further);
        let part = |level| Part {
            table: String::new(),
            workload: unit(),
            levers: Vec::new(),
            rerating: Vec::new(),
            level,
        };
        let pool = Pool { parts: levels.map(part).collect(), rerated_with_price: 0.0.into() };
        // Who moves with whom is the same in all months.
        let mut spec = self.spec(1, unit(), Some(pool));
        if is_wrong("growth") {
            spec.growth = Growth::default();
        }
        if is_wrong("price") {
            spec.price = Price::default();
        }
        if is_wrong("forecast_error") {
            spec.forecast_error = ForecastError::default();
        }
        spec
    }

    pub(super) fn spec(&self, months: usize, workload: Workload, pool: Option<Pool>) -> PathSpec {
        PathSpec {
            clock: self.clock(months),
            workload,
            pool,
            growth: self.file.growth.clone(),
            price: self.file.price.clone(),
            forecast_error: self.file.forecast_error.clone(),
            correlations: self.file.correlations.clone(),
        }
    }

    pub(super) fn check_start(&mut self) {
        let Some(start) = self.file.start.clone() else {
            return;
        };
        let parts: Vec<&str> = start.split('-').collect();
        let month = parts.get(1).and_then(|m| m.parse::<u32>().ok()).unwrap_or(0);
        let good = parts.len() == 2
            && parts[0].len() == 4
            && parts[0].parse::<u32>().is_ok()
            && (1..=12).contains(&month)
            && parts[1].len() == 2;
        if !good {
            let message = format!("\"{start}\" is not a month");
            self.error("start", "date", message, "write year and month, as in start = \"2027-01\"");
        }
    }
}
