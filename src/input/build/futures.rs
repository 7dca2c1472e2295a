//! Growth, price, forecast error and what moves together, on their own.

use super::Builder;
use super::contract::Agreed;
use super::workload::Loads;
use crate::error::Problem;
use crate::input::study_file::LevelAt;
use crate::path::{PathModel, PathSpec};
use crate::process::Clock;
use crate::workload::{Pool, Workload};

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
        let known = agreed.complete && loads.is_some() && !self.findings.has_errors();
        if !known && !self.has_errors_since(before) {
            self.check_shocks();
        }
    }

    /// Correlations of what moves from month to month, whatever the load and the contract are.
    fn check_shocks(&mut self) {
        let (level, value) = (1.0.into(), 1.0.into());
        // Who moves with whom is the same in all months.
        let spec = self.spec(1, Workload::Units { level, value }, None);
        let Err(problems) = PathModel::new(spec, |_| {}) else { return };
        let of_others = |p: &Problem| {
            let pairs = self.file.correlations.iter().enumerate();
            let mut its = pairs.filter(|(i, _)| p.field.starts_with(&format!("[{i}]")));
            // Parameters have a table before their name.
            !its.any(|(_, pair)| pair.between.iter().all(|name| !name.contains('.')))
        };
        let own: Vec<Problem> = problems.into_iter().filter(|p| !of_others(p)).collect();
        self.problems("correlations", own);
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
