//! Strategies, objective, finance and run.

use super::Builder;
use super::contract::Agreed;
use crate::analysis::sobol_paths;
use crate::input::study_file::{Excess, Minimize, StrategyWord};
use crate::strategy::{Overflow, Strategy, StrategyKind};
use crate::study::{ErrorLimit, Objective, RunSettings, SamplerChoice, StoppingRules, TargetError};
use crate::words::{count, percent, usd};

/// Everything that is not the future and not the contract.
pub(super) struct Settings {
    pub strategies: Vec<Strategy>,
    pub objective: Objective,
    pub objective_in_words: String,
    pub discounts: Vec<f64>,
    pub run: RunSettings,
}

impl Builder {
    /// Resolves the remaining tables for a study of `months`.
    pub(super) fn settings(&mut self, agreed: &Agreed, months: usize) -> Option<Settings> {
        let objective = self.objective();
        let strategies = self.strategies(agreed);
        let run = self.run();
        let rate = self.file.finance.discount_rate_per_year;
        // Bills are paid at the end of their month; without a rate every factor is exactly 1.
        let discount = |t: usize| libm::pow(1.0 + rate, -((t + 1) as f64) / 12.0);
        let objective = objective?;
        Some(Settings {
            strategies,
            objective,
            objective_in_words: self.in_words(objective),
            discounts: (0..months).map(discount).collect(),
            run,
        })
    }

    fn strategies(&mut self, agreed: &Agreed) -> Vec<Strategy> {
        let before = self.findings.list.len();
        let table = self.file.strategies.clone();
        if let Some(list) = &table.compare
            && let Some(i) = (1..list.len()).find(|i| list[..*i].contains(&list[*i]))
        {
            let field = format!("strategies.compare[{i}]");
            self.error(&field, "duplicate", "this strategy is listed twice", "take one out");
        }
        let wanted = |word| table.compare.as_ref().is_none_or(|list| list.contains(&word));
        let mut list = vec![Strategy {
            kind: StrategyKind::OnDemand,
            overflow: Overflow::OnDemand { price_multiple: 1.0.into() },
        }];
        let provisioned = self.provisioned(agreed, wanted(StrategyWord::Provisioned));
        list.extend(
            provisioned.map(|overflow| Strategy { kind: StrategyKind::Provisioned, overflow }),
        );
        let multiple = table.hybrid.price_multiple;
        if wanted(StrategyWord::Hybrid) {
            list.push(Strategy {
                kind: StrategyKind::Hybrid,
                overflow: Overflow::OnDemand {
                    price_multiple: multiple.unwrap_or_else(|| 1.0.into()),
                },
            });
        } else if multiple.is_some() {
            self.unused("strategies.hybrid.price_multiple", "the hybrid strategy is not compared");
        }
        if list.len() == 1 && self.findings.list.len() == before {
            self.error(
                "strategies.compare",
                "nothing-to-compare",
                "only on-demand is left to compare",
                "add \"hybrid\", or \"provisioned\" with a price for its excess",
            );
        }
        list
    }

    /// What the provisioned strategy does with its excess, if it takes part.
    fn provisioned(&mut self, agreed: &Agreed, wanted: bool) -> Option<Overflow> {
        let table = self.file.strategies.provisioned.clone();
        let asked = self.file.strategies.compare.is_some();
        let has_hourly = agreed.contract.hourly.is_some() || agreed.lost;
        if !wanted {
            for (field, given) in [
                ("excess", table.excess.is_some()),
                ("headroom", table.headroom.is_some()),
                ("shortage_per_unit_month", table.shortage_per_unit_month.is_some()),
            ] {
                if given {
                    self.unused(
                        &format!("strategies.provisioned.{field}"),
                        "the provisioned strategy is not compared",
                    );
                }
            }
            return None;
        }
        let excess = table.excess.or(match (&table.shortage_per_unit_month, has_hourly) {
            (Some(_), _) => Some(Excess::Reject),
            (None, true) => Some(Excess::Hourly),
            (None, false) => None,
        });
        match excess {
            Some(Excess::Hourly) if !has_hourly => {
                self.error(
                    "strategies.provisioned",
                    "no-hourly-price",
                    "the excess is to be served by hourly units, and there is no hourly price",
                    "add `hourly_per_unit_month` to [contract]",
                );
                None
            }
            Some(Excess::Hourly) => {
                if table.shortage_per_unit_month.is_some() {
                    self.unused(
                        "strategies.provisioned.shortage_per_unit_month",
                        "nothing is rejected with `excess = \"hourly\"`",
                    );
                }
                Some(Overflow::Hourly { headroom: table.headroom.unwrap_or_else(|| 0.0.into()) })
            }
            Some(Excess::Reject) => {
                self.rejecting(table.shortage_per_unit_month, table.headroom.is_some())
            }
            None if asked => {
                self.error("strategies", "missing-field", "the provisioned strategy has no price for what exceeds its units", "add `shortage_per_unit_month` to [strategies.provisioned], or `hourly_per_unit_month` to [contract]");
                None
            }
            None => {
                self.warn(
                    "provisioned-left-out",
                    "the provisioned strategy is not compared: nothing says what its excess demand costs",
                    "on-demand and hybrid are compared alone",
                    "add `shortage_per_unit_month` to [strategies.provisioned], or `hourly_per_unit_month` to [contract]",
                );
                None
            }
        }
    }

    fn rejecting(
        &mut self,
        shortage: Option<crate::param::Param>,
        headroom: bool,
    ) -> Option<Overflow> {
        if headroom {
            self.unused(
                "strategies.provisioned.headroom",
                "there are no hourly units with `excess = \"reject\"`",
            );
        }
        if shortage.is_none() {
            let message = "demand beyond the units is rejected, and nothing says what that costs";
            let help = "add `shortage_per_unit_month`: what a rejected unit-month of demand costs the business, USD";
            self.error("strategies.provisioned", "missing-field", message, help);
        }
        shortage.map(|shortage| Overflow::Rejected { shortage })
    }

    fn objective(&mut self) -> Option<Objective> {
        let s = self.file.sizing.clone();
        let uses = |list: &[&str], name: &str| list.contains(&name);
        let fields: &[&str] = match s.minimize {
            Minimize::Mean => &[],
            Minimize::Quantile | Minimize::Cvar => &["level"],
            Minimize::MeanCvar => &["level", "weight"],
            Minimize::Chance => &["max_over_budget"],
        };
        let given =
            [("level", s.level), ("weight", s.weight), ("max_over_budget", s.max_over_budget)];
        for (name, value) in given {
            let field = format!("sizing.{name}");
            if value.is_some() && !uses(fields, name) {
                self.unused(&field, "this objective does not use it");
            }
            if value.is_none() && uses(fields, name) {
                let message = format!("this objective needs `{name}`");
                self.error(
                    "sizing",
                    "missing-field",
                    message,
                    format!(
                        "add `{name} = {example}` to [sizing], or --set {field}={example}",
                        example = if name == "max_over_budget" { "0.1" } else { "0.9" }
                    ),
                );
            }
        }
        if s.minimize == Minimize::Chance && self.file.finance.budget.is_none() {
            self.error(
                "sizing.minimize",
                "missing-field",
                "a chance constraint needs a budget to keep",
                "add `budget` to [finance]",
            );
        }
        match s.minimize {
            Minimize::Mean => Some(Objective::Mean),
            Minimize::Quantile => s.level.map(Objective::Quantile),
            Minimize::Cvar => s.level.map(Objective::Cvar),
            Minimize::MeanCvar => {
                s.level.zip(s.weight).map(|(level, weight)| Objective::MeanCvar { weight, level })
            }
            Minimize::Chance => s.max_over_budget.map(Objective::Chance),
        }
    }

    fn in_words(&self, objective: Objective) -> String {
        let cost = if self.file.finance.discount_rate_per_year == 0.0 {
            "cost"
        } else {
            "present value of the cost"
        };
        match objective {
            Objective::Mean => format!("the mean {cost}"),
            Objective::Quantile(p) => {
                format!("the {cost} not exceeded in {} of futures", percent(p))
            }
            Objective::Cvar(p) => {
                format!("the mean {cost} of the worst {} of futures", percent(1.0 - p))
            }
            Objective::MeanCvar { weight, level } => format!(
                "{} of the mean {cost} and {} of its mean in the worst {} of futures",
                percent(1.0 - weight),
                percent(weight),
                percent(1.0 - level)
            ),
            Objective::Chance(most) => format!(
                "the mean {cost} of the sizes that exceed the budget of {} in at most {} of futures",
                usd(self.file.finance.budget.unwrap_or(f64::NAN)),
                percent(most)
            ),
        }
    }

    fn run(&mut self) -> RunSettings {
        let run = self.file.run.clone();
        if let (Some(paths), SamplerChoice::Sobol) = (run.paths, run.sampler) {
            let above = sobol_paths(paths);
            if above != paths {
                let message =
                    format!("{} paths do not make whole nets of quasi-random points", count(paths));
                let below = above / 2;
                let whole = if sobol_paths(below) == below {
                    format!("{below} or {above}")
                } else {
                    above.to_string()
                };
                let help =
                    format!("use {whole}; or the sampler \"auto\", which rounds up by itself");
                self.error("run.paths", "not-whole-nets", message, help);
            }
        }
        let stopping =
            StoppingRules { target: self.target(), decide: run.decide, seconds: run.seconds };
        RunSettings { paths: run.paths, seed: run.seed, sampler: run.sampler, stopping }
    }

    /// The standard error that is small enough, if one is asked for.
    fn target(&mut self) -> Option<TargetError> {
        let table = self.file.run.target_error.clone()?;
        let limit = match (table.relative, table.usd) {
            (Some(share), None) => ErrorLimit::Relative(share),
            (None, Some(usd)) => ErrorLimit::Usd(usd),
            (given, _) => {
                let message = match given {
                    Some(_) => "the standard error is limited twice",
                    None => "nothing says how small the standard error is to be",
                };
                let help =
                    "give one of `relative`, as in 0.0005 for 0.05 % of the figure, and `usd`";
                let code = if given.is_some() { "ambiguous" } else { "missing-field" };
                self.error("run.target_error", code, message, help);
                return None;
            }
        };
        Some(TargetError { figure: table.figure, limit })
    }

    /// An input that changes nothing is an error: it was meant to do something.
    fn unused(&mut self, field: &str, why: &str) {
        let name = field.rsplit('.').next().unwrap_or(field);
        self.error(
            field,
            "no-effect",
            format!("`{name}` does nothing: {why}"),
            "take it out, or change what makes it useless",
        );
    }
}
