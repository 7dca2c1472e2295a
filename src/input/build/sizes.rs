//! Which sizes can be bought, and whether the given one can.

use super::Builder;
use super::contract::{Agreed, Bought};
use super::workload::Loads;
use crate::contract::sizes::{Sizes, round_step};
use crate::input::study_file::Units;
use crate::words::{bare, units};

/// Steps in today's load beyond which neighboring sizes are the same number.
const FINEST: f64 = 1e12;

impl Builder {
    /// Minimum and step of what is sold: the study's, or the offer's, or the model's.
    pub(super) fn sold(
        &self,
        offer: Option<&Bought>,
        loads: Option<&Loads>,
    ) -> (Option<f64>, Option<f64>) {
        let c = &self.file.contract;
        let offered = offer.map_or((None, None), |o| o.sizes);
        let (model_min, model_step) = loads.and_then(|l| l.purchase).unzip();
        (c.min_units.or(offered.0).or(model_min), c.step.or(offered.1).or(model_step))
    }

    /// Which sizes can be bought, as far as that is known.
    pub(super) fn sizes(&mut self, agreed: &Agreed, loads: Option<&Loads>) -> Option<Sizes> {
        let s = self.file.sizing.clone();
        let (sold_min, sold_step) = self.sold(agreed.offer.as_ref(), loads);
        let known = loads.is_some() && !agreed.lost;
        if let Some(list) = s.sizes {
            return self.listed(list, (sold_min, sold_step));
        }
        if !known && (sold_min.is_none() || (sold_step.is_none() && s.max_units.is_none())) {
            return None;
        }
        // Without any source of sizes: about two hundred over the range of today's load.
        let load = loads.map_or(f64::NAN, |l| l.at_means().0);
        let natural = round_step(s.max_units.map_or(load, |max| max.min(load)) / 200.0);
        let step = sold_step.unwrap_or(natural);
        let min = sold_min.unwrap_or(step);
        if s.max_units.is_some_and(|max| max < min) {
            let message = format!(
                "the largest size is {}, the smallest that is sold {}",
                s.max_units.unwrap_or(0.0),
                units(min)
            );
            self.error(
                "sizing.max_units",
                "empty-range",
                message,
                format!("raise it to at least {}", units(min)),
            );
            return None;
        }
        if !known && sold_step.is_none() {
            return None;
        }
        let steps = load / step;
        if steps > FINEST {
            let message = format!("today's load is {} steps of {}", bare(steps), bare(step));
            let help = "write a larger `step`; for any number of units leave it out";
            self.error("contract.step", "too-fine", message, help);
            return None;
        }
        Some(Sizes::Steps { min, step, max: s.max_units })
    }

    /// Sizes that the study lists.
    fn listed(&mut self, mut sizes: Vec<f64>, sold: (Option<f64>, Option<f64>)) -> Option<Sizes> {
        sizes.sort_by(f64::total_cmp);
        if let Some(pair) = sizes.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("the size {} is listed twice", units(pair[0]));
            self.error("sizing.sizes", "duplicate", message, "list each size once");
        }
        if sizes.is_empty() {
            self.error(
                "sizing.sizes",
                "wrong-length",
                "the list of sizes is empty",
                "list at least one size, or leave `sizes` out",
            );
            return None;
        }
        if self.file.sizing.max_units.is_some() {
            self.error(
                "sizing.max_units",
                "no-effect",
                "`max_units` does nothing beside a list of sizes",
                "keep one of the two",
            );
        }
        self.check_list(sold);
        Some(Sizes::List(sizes))
    }

    /// Given units must be a size that is sold, where sizes are known.
    pub(super) fn check_units(&mut self, sizes: Option<&Sizes>) {
        let Some(given) = self.fixed_units() else {
            return;
        };
        if let Some(max) = self.file.sizing.max_units.filter(|max| given > *max) {
            let message =
                format!("{} units are more than `max_units`, {}", units(given), units(max));
            let help = "choose fewer units, or raise `max_units` in [sizing]";
            return self.error("contract.units", "not-sold", message, help);
        }
        let stated = self.file.contract.step.is_some() || self.file.contract.min_units.is_some();
        let known =
            stated || self.file.contract.offer.is_some() || self.file.workload.model.is_some();
        if let (true, Some(&Sizes::Steps { min, step, .. })) = (known, sizes) {
            self.check_sold("contract.units", given, min, step);
        }
    }

    /// Listed sizes must be sold, where minimum and step are known.
    fn check_list(&mut self, sold: (Option<f64>, Option<f64>)) {
        let list = self.file.sizing.sizes.clone().unwrap_or_default();
        if let (Some(min), Some(step)) = sold {
            for (i, &size) in list.iter().enumerate() {
                self.check_sold(&format!("sizing.sizes[{i}]"), size, min, step);
            }
        }
    }

    /// A size must be one that is sold.
    fn check_sold(&mut self, field: &str, size: f64, min: f64, step: f64) {
        let sold = Sizes::Steps { min, step, max: None };
        if sold.allows(size) {
            return;
        }
        let above = sold.at_least(size);
        let below = above - step;
        let choice = if below >= min {
            format!("{} or {}", units(below), units(above))
        } else {
            units(above)
        };
        let message = format!(
            "{} units cannot be bought: the smallest size is {}, in steps of {}",
            units(size),
            units(min),
            units(step)
        );
        let help = format!("choose {choice}, or state other `min_units` and `step` in [contract]");
        self.error(field, "not-sold", message, help);
    }

    /// The units of the study, if it gives a number.
    pub(super) fn fixed_units(&self) -> Option<f64> {
        match self.file.contract.units {
            Units::Number(units) => Some(units),
            Units::Word(_) => None,
        }
    }
}
