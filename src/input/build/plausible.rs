//! Numbers that are allowed and yet look like slips: percent for shares, years for months.

use super::Builder;
use crate::contract::policy::Policy;
use crate::contract::{AnyClause, Contract, Ramp};
use crate::facts::Facts;
use crate::param::Param;
use crate::process::growth::Growth;

/// From these on a rate, volatility or discount looks like a number in percent, or like one for a
/// longer period than its name says.
const RATES_PER_YEAR: f64 = 5.0;
const RATES_PER_MONTH: f64 = 1.0;
const VOLATILITY_PER_YEAR: f64 = 2.0;
const VOLATILITY_PER_MONTH: f64 = 0.6;
const DISCOUNT: f64 = 0.5;

/// A quote this many times above or below the list price looks like one for another period.
const FAR: f64 = 5.0;

/// From these on a threshold of a policy, or a yearly limit on rises, looks like one in percent.
const LEVEL: f64 = 3.0;
const RISE_PER_YEAR: f64 = 1.0;

/// A budget below this share of today's spend on demand looks like one for a month.
const LITTLE: f64 = 0.2;

impl Builder {
    /// Growth, volatility and discount rates that were meant in percent or for another period.
    pub(super) fn caution_rates(&mut self) {
        let further = self.file.workloads.clone().into_iter().enumerate();
        let own = further.filter_map(|(i, w)| Some((format!("workloads[{i}].growth"), w.growth?)));
        let shared = ("growth".to_owned(), self.file.growth.clone());
        for (table, growth) in std::iter::once(shared).chain(own) {
            self.caution_growth(&table, &growth);
        }
        let price = self.file.price.clone();
        let (year, month) =
            (price.volatility_per_year.as_ref(), price.volatility_per_month.as_ref());
        self.caution_volatility("price", year, month);
        let discount = self.file.finance.discount_rate_per_year;
        if discount >= DISCOUNT {
            self.warn(
                "implausible-discount",
                format!(
                    "`finance.discount_rate_per_year` is {discount}: {:.0} % a year",
                    100.0 * discount
                ),
                "a number that was meant in percent",
                "write a share: 0.08 for 8 %",
            );
        }
    }

    fn caution_growth(&mut self, table: &str, growth: &Growth) {
        let rates = [
            ("expected_per_year", &growth.expected_per_year, RATES_PER_YEAR),
            ("expected_per_month", &growth.expected_per_month, RATES_PER_MONTH),
        ];
        for (field, rate, limit) in rates {
            let Some(mean) = beyond(rate.as_ref(), limit) else { continue };
            self.warn(
                "implausible-growth",
                format!("`{table}.{field}` is {mean}: usage grows by {:.0} %", 100.0 * mean),
                "a number that was meant in percent",
                "write a share: 0.2 for 20 %",
            );
        }
        let (year, month) =
            (growth.volatility_per_year.as_ref(), growth.volatility_per_month.as_ref());
        self.caution_volatility(table, year, month);
    }

    fn caution_volatility(&mut self, table: &str, year: Option<&Param>, month: Option<&Param>) {
        let volatilities = [
            ("volatility_per_year", year, VOLATILITY_PER_YEAR),
            ("volatility_per_month", month, VOLATILITY_PER_MONTH),
        ];
        for (field, volatility, limit) in volatilities {
            let Some(mean) = beyond(volatility, limit) else { continue };
            self.warn(
                "implausible-volatility",
                format!("`{table}.{field}` is {mean}"),
                "a number that was meant in percent, or for a year instead of a month",
                "write the standard deviation of the log change over the period of the field: 0.1 for 10 %",
            );
        }
    }

    /// Thresholds and limits of clauses that were meant in percent, and ramps that lead down.
    pub(super) fn caution_clauses(&mut self, contract: &Contract) {
        for (i, clause) in contract.clauses.iter().enumerate() {
            let place = format!("contract.clauses[{i}]");
            let policy = clause.get().right().map(|right| right.policy);
            if let Some(Policy::Threshold(threshold)) = policy
                && let Some(level) = beyond(Some(&threshold.level), LEVEL)
            {
                self.warn(
                    "implausible-level",
                    format!("`{place}.policy.level` is {level}: {:.0} %", 100.0 * level),
                    "a number that was meant in percent",
                    "write a share: 0.85 for 85 %",
                );
            }
            match clause {
                AnyClause::EscalationCap(cap) => self.caution_rise(&place, &cap.annual),
                AnyClause::RenewalOption(option) => {
                    if let Some(change) = beyond(Some(&option.price_change), RISE_PER_YEAR) {
                        self.warn(
                            "implausible-renewal",
                            format!(
                                "`{place}.price_change` is {change}: a renewal costs {:.0} % more",
                                100.0 * change
                            ),
                            "a number that was meant in percent",
                            "write a share: 0.05 for 5 %",
                        );
                    }
                }
                AnyClause::Ramp(ramp) if falls(ramp) => self.warn(
                    "falling-ramp",
                    format!("`{place}` has fewer units in a later month than in an earlier one"),
                    "shares of what is added instead of shares of all units",
                    "write for each step the share of all units; they are all there after the last",
                ),
                _ => {}
            }
        }
    }

    fn caution_rise(&mut self, place: &str, annual: &Param) {
        let finite = beyond(Some(annual), RISE_PER_YEAR).filter(|annual| annual.is_finite());
        let Some(annual) = finite else { return };
        self.warn(
            "implausible-cap",
            format!(
                "`{place}.annual` is {annual}: prices may rise by {:.0} % a year",
                100.0 * annual
            ),
            "a number that was meant in percent",
            "write a share: 0.05 for 5 %; `inf` for no limit",
        );
    }

    /// A budget that is less than what today's load costs on demand in a fifth of the time.
    pub(super) fn caution_budget(&mut self, facts: &Facts) {
        let spend = facts.load.units * facts.load.on_demand_per_unit_month * facts.months as f64;
        let Some(budget) = self.file.finance.budget.filter(|b| *b < LITTLE * spend) else { return };
        self.warn(
            "implausible-budget",
            format!(
                "the budget is {:.0} % of what today's load costs on demand over the {} months",
                100.0 * budget / spend,
                facts.months
            ),
            "a budget for a month or a year instead of the whole horizon",
            "write the budget for all months simulated",
        );
    }

    /// A stated fee that is far from the offer's list price, USD per unit-month.
    pub(super) fn caution_fee(&mut self, stated: &Param, list: f64) {
        let Some(fee) = stated.mean().filter(|fee| *fee > 0.0 && list > 0.0) else { return };
        if fee * FAR < list || fee > list * FAR {
            self.warn(
                "implausible-fee",
                format!("`contract.fee_per_unit_month` is {fee}, the offer's list price {list:.2}"),
                "a price per hour or per year where one per month is asked for",
                "write the price of a unit for a month (730 hours); it replaces the list price",
            );
        }
    }
}

/// Whether a step of a ramp has a smaller share than the one before it.
fn falls(ramp: &Ramp) -> bool {
    let shares: Vec<f64> = ramp.steps.iter().filter_map(|step| step.share.mean()).collect();
    shares.windows(2).any(|pair| pair[1] < pair[0])
}

/// The mean of a parameter, if it is at least `limit`.
fn beyond(param: Option<&Param>, limit: f64) -> Option<f64> {
    param.and_then(Param::mean).filter(|mean| *mean >= limit)
}
