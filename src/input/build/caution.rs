//! What a careful reader should know about the inputs.

use super::Builder;
use super::contract::Agreed;
use super::workload::Loads;
use crate::contract::{AnyClause, Clause, Contract, Renewal, Upfront};
use crate::facts::{Facts, PriceFact, Warning};
use crate::path::PathModel;
use crate::strategy::Strategy;
use crate::words::{months, percent};
use jiff::civil::Date;

/// Days after which a price is old.
const STALE_DAYS: i32 = 180;

/// Days by which a price may be of a later time than the contract.
const LATER_DAYS: i32 = 365;

/// How many times the first price the last renewal may come to, or the reverse.
const MOST_RENEWED: f64 = 1.5;

impl Builder {
    /// Adds a warning that the results repeat.
    pub(super) fn warn(
        &mut self,
        code: &str,
        seen: impl Into<String>,
        may_mean: &str,
        advice: &str,
    ) {
        self.warnings.push(Warning::new(code, seen, may_mean, advice));
    }

    /// Collects warnings about prices, the model and inputs without effect.
    pub(super) fn caution(
        &mut self,
        model: &PathModel,
        agreed: &Agreed,
        loads: &Loads,
        facts: &Facts,
        strategies: &[Strategy],
    ) {
        let start = self.start_day();
        self.caution_prices(&facts.prices, start);
        self.caution_retirement(loads, model.months(), start);
        self.caution_shape(loads);
        self.caution_error_mean();
        self.caution_upfront(agreed);
        self.caution_horizon(agreed, model.months());
        self.caution_renewals(agreed, model.months());
        self.caution_rates();
        self.caution_clauses(&agreed.contract);
        self.caution_budget(facts);
        self.caution_idle(agreed, strategies, model.months());
        let certain = model.parameters().uncertain().next().is_none();
        let moving = !model.has_noise();
        if certain && moving {
            self.warn(
                "nothing-uncertain",
                "nothing in this study is uncertain: every future is the same",
                "the result is a spreadsheet, and its percentiles are all one number",
                "give growth a volatility, or a distribution to what you do not know",
            );
        }
    }

    fn start_day(&self) -> Option<Date> {
        format!("{}-01", self.file.start.as_ref()?).parse().ok()
    }

    /// Old, doubtful and unverified prices.
    fn caution_prices(&mut self, prices: &[PriceFact], start: Option<Date>) {
        let money = |p: &&PriceFact| p.unit.starts_with("USD");
        let age = |p: &&PriceFact| {
            let day: Date = p.as_of.parse().ok()?;
            let days = start?.since(day).ok()?.get_days();
            (!(-LATER_DAYS..=STALE_DAYS).contains(&days)).then_some(days)
        };
        let old = prices.iter().filter(money).filter_map(|p| Some((p, age(&p)?)));
        if let Some((known, days)) = old.clone().min_by_key(|(_, days)| *days).filter(|o| o.1 < 0) {
            let seen = format!(
                "the price of {} is of {}, {} days after the contract starts",
                known.item, known.as_of, -days
            );
            self.warn(
                "later-price",
                seen,
                "a price of that time was another one, or the year is a slip",
                "check the year of `start`",
            );
        }
        if let Some((oldest, days)) = old.max_by_key(|(_, days)| *days).filter(|o| o.1 > 0) {
            let seen = format!(
                "the price of {} is of {}, {days} days before the contract starts",
                oldest.item, oldest.as_of
            );
            self.warn("stale-price", seen, "token prices move several times a year", "check the vendor's page, and state your quote in the study or a price book of your own");
        }
        let doubtful: Vec<&str> = prices
            .iter()
            .filter(|p| ["seed", "unverified"].contains(&p.status.as_str()))
            .map(|p| p.item.as_str())
            .collect();
        if !doubtful.is_empty() {
            let seen = format!(
                "{} figures are not from a vendor's list: {}",
                doubtful.len(),
                doubtful.join("; ")
            );
            self.warn(
                "unverified-price",
                seen,
                "claims of third parties can be off by orders of magnitude",
                "replace them by a quote before you sign",
            );
        }
        if let Some(p) = prices.iter().find(|p| p.source.contains("implausible")) {
            let seen =
                format!("the price of {} is marked as implausible against list prices", p.item);
            self.warn(
                "implausible-price",
                seen,
                "conclusions drawn from it do not hold for the market",
                "compare with the vendor's list in the same study",
            );
        }
    }

    fn caution_retirement(&mut self, loads: &Loads, months: usize, start: Option<Date>) {
        let (Some(retires), Some(start)) = (&loads.retires, start) else {
            return;
        };
        let Ok(day) = retires.parse::<Date>() else {
            return;
        };
        let month = (i32::from(day.year()) - i32::from(start.year())) * 12 + i32::from(day.month())
            - i32::from(start.month())
            + 1;
        if month > months as i32 {
            return;
        }
        let seen = if month < 1 {
            format!("the model retires on {retires}, before the contract starts")
        } else {
            format!("the model retires on {retires}, in month {month} of the study")
        };
        self.warn(
            "model-retires",
            seen,
            "you will run a successor with other prices and another throughput per unit",
            "plan the migration: compare a study with the successor's figures",
        );
    }

    fn caution_shape(&mut self, loads: &Loads) {
        let flat = loads.curves.today().shape().peak() == 1.0;
        let stated = self.file.workload.shape.is_some();
        if flat && !stated && loads.purchase.is_some() {
            self.warn(
                "flat-load",
                "the load is taken as the same at every hour",
                "real load has days and nights: a flat one overstates what a commitment saves",
                "give a usage file, or a `shape` such as \"office_week\"",
            );
        }
        if self.file.workload.burst_cv.is_none()
            && loads.curves.today().burst_cv() == 0.0
            && loads.purchase.is_some()
            && !flat
        {
            self.warn(
                "no-burstiness",
                "the load is taken as even within each interval of the shape",
                "admission works by the minute: spill is larger than hourly averages say",
                "set `burst_cv` from minute data (0.3 to 1 for small tenants)",
            );
        }
    }

    /// Months of a term that are paid for and not simulated.
    fn caution_horizon(&mut self, agreed: &Agreed, simulated: usize) {
        let Contract { start, term, renewal, .. } = &agreed.contract;
        let renews = matches!(renewal, Renewal::Renew { .. });
        let terms =
            if renews { simulated.saturating_sub(*start).div_ceil(*term).max(1) } else { 1 };
        let end = start + terms * term;
        if simulated >= end {
            return;
        }
        let which = if terms > 1 { "last renewed term" } else { "term" };
        let seen =
            format!("the {which} ends with month {end}, and {} are simulated", months(simulated));
        let whole = if terms > 1 {
            format!("set `horizon_months` to {end}, or to {}", end - term)
        } else {
            "leave `horizon_months` out: the whole term is simulated".to_owned()
        };
        let may_mean = format!(
            "the fees of {} that are owed as well are in no figure, nor is what they save",
            months(end - simulated)
        );
        self.warn("horizon-cuts-term", seen, &may_mean, &whole);
    }

    /// A change by renewal that was meant by the year.
    fn caution_renewals(&mut self, agreed: &Agreed, simulated: usize) {
        let Contract { start, term, renewal, .. } = &agreed.contract;
        let Renewal::Renew { price_change } = renewal else { return };
        let renewals = simulated.saturating_sub(*start).div_ceil(*term).saturating_sub(1);
        let change = price_change.mean().unwrap_or(0.0);
        let factor = (1.0 + change).powi(renewals as i32);
        if (1.0 / MOST_RENEWED..=MOST_RENEWED).contains(&factor) {
            return;
        }
        let seen = format!(
            "the commitment's price changes by {} at each of {renewals} renewals, to {} of the first",
            percent(change),
            percent(factor)
        );
        self.warn(
            "price-change-compounds",
            seen,
            "a change by the year was meant, and a term is shorter",
            "divide `renewal_price_change` by the terms in a year",
        );
    }

    /// Money that is paid ahead has a price.
    fn caution_upfront(&mut self, agreed: &Agreed) {
        if agreed.contract.uses(|hooks| hooks.upfront)
            && self.file.finance.discount_rate_per_year == 0.0
        {
            self.warn(
                "upfront-without-interest",
                "fees are paid ahead, and a dollar today counts as much as one in a year",
                "the percentage looks better than it is: paying early costs interest",
                "set `discount_rate_per_year` in [finance]",
            );
        }
        let contract = &agreed.contract;
        let comes_back = |upfront: &Upfront| upfront.refund.is_some();
        let clauses = || contract.clauses.iter().map(AnyClause::get);
        if clauses().filter_map(Clause::upfront).any(comes_back)
            && !contract.rights().any(|(_, _, right)| right.gives_up())
        {
            self.warn(
                "refund-without-right",
                "fees that are paid ahead come back for units that are given up, and no clause lets them be",
                "the refund does nothing",
                "take `refund` out, or add the right: flex_down, early_downgrade, terminate",
            );
        }
    }

    /// A level error whose mean is not one shifts the forecast.
    fn caution_error_mean(&mut self) {
        let error = &self.file.forecast_error;
        let means = [
            ("forecast_error.level", error.level.mean()),
            ("forecast_error.skewed", error.skewed.as_ref().and_then(|d| d.get().mean())),
        ];
        for (field, mean) in means {
            let Some(mean) = mean.filter(|m| (m - 1.0).abs() > 0.001) else {
                continue;
            };
            let seen = format!("`{field}` has the mean {mean:.4}, not 1");
            self.warn(
                "biased-error",
                seen,
                "the expected load differs from the forecast by that factor",
                "nothing, if the forecast is known to be biased; otherwise give it the mean 1",
            );
        }
    }
}
