//! The contract: an offer of a price book or stated terms.

use super::Builder;
use super::books::{Books, Origin};
use super::limits::MOST_MONTHS;
use crate::contract::{AnyClause, Contract, Hooks, Renewal};
use crate::error::Problem;
use crate::facts::PriceFact;
use crate::input::price_book::{Offer, PriceBook};
use crate::input::study_file::{RenewalWord, Units};
use crate::param::Param;
use crate::words::{months, units};

/// What the offer of a contract sells.
pub(super) struct Bought {
    pub name: String,
    pub unit: String,
    pub deployment: String,
    pub models: Vec<String>,
    /// Whether the sizes come from the model's capacity figures.
    pub needs_model_sizes: bool,
    /// Smallest number and step of units, where the offer has its own.
    pub sizes: (Option<f64>, Option<f64>),
    cancel: Option<String>,
    /// Largest commitment that can be canceled in 12 months, USD.
    pub refund_limit: Option<f64>,
}

/// The contract with its origin, as far as it is known.
pub(super) struct Agreed {
    pub contract: Contract,
    pub offer: Option<Bought>,
    pub prices: Vec<PriceFact>,
    /// Months of a term, if that is known.
    pub term: Option<usize>,
    /// Whether the offer that the study names is not known.
    pub lost: bool,
    /// Whether price, term and what follows are known.
    pub complete: bool,
}

impl Builder {
    /// Resolves `[contract]`, apart from the sizes, which need the load. What is not known stands
    /// there as whatever lets the rest be checked.
    pub(super) fn agreed(&mut self, books: &Books) -> Agreed {
        let c = self.file.contract.clone();
        let found = c.offer.as_ref().and_then(|name| books.offer(self, "contract.offer", name));
        let lost = c.offer.is_some() && found.is_none();
        let mut prices = Vec::new();
        let stated = !lost || c.fee_per_unit_month.is_some();
        let fee = if stated { self.fee(found, &mut prices) } else { None };
        let term = c.term_months.or(found.map(|(_, o)| o.term_months).filter(|t| *t > 0));
        let term = if lost { term } else { term.or_else(|| self.no_term(found.is_some())) };
        let hourly = c.hourly_per_unit_month.clone().or_else(|| hourly_price(found, &mut prices));
        let has_hourly = hourly.is_some() || lost;
        let renewal = self.renewal(term, has_hourly);
        self.check_clauses(term);
        self.check_end(term);
        self.check_deployed(has_hourly);
        let complete = fee.is_some() && term.is_some() && renewal.is_some();
        let contract = Contract {
            fee: fee.unwrap_or_else(|| 0.0.into()),
            hourly,
            start: c.start_month - 1,
            term: term.unwrap_or(MOST_MONTHS),
            renewal: renewal.unwrap_or_else(|| Renewal::Renew { price_change: 0.0.into() }),
            deployed: c.deployed_units,
            minimum: 0.0, // both known once the load is: its model may say
            step: 0.0,
            clauses: c.clauses,
        };
        self.check_rights(&contract, term);
        let offer = found.map(|(book, offer)| bought(book, offer));
        Agreed { contract, offer, prices, term, lost, complete }
    }

    fn check_deployed(&mut self, has_hourly: bool) {
        let (deployed, units) = (self.file.contract.deployed_units, self.file.contract.units);
        if deployed.is_some() && !matches!(units, Units::Number(_)) {
            self.error(
                "contract.deployed_units",
                "ambiguous",
                "`deployed_units` is a number while `units` is to be optimized",
                "give `units` a number, or leave `deployed_units` out",
            );
        }
        if let (Some(deployed), Units::Number(reserved), false) = (deployed, units, has_hourly)
            && deployed > reserved
        {
            self.error(
                "contract.deployed_units",
                "no-hourly-price",
                "more units are deployed than reserved, and there is no hourly price for the rest",
                "add `hourly_per_unit_month`",
            );
        }
    }

    fn fee(
        &mut self,
        offer: Option<(&PriceBook, &Offer)>,
        prices: &mut Vec<PriceFact>,
    ) -> Option<Param> {
        let stated = self.file.contract.fee_per_unit_month.clone();
        if let Some(fee) = stated {
            let list = offer.and_then(|(book, offer)| offer.unit_month(book.hours_per_month));
            if let Some(list) = list {
                self.caution_fee(&fee, list);
            }
            let item = "committed unit, as stated in the study".to_owned();
            prices.push(PriceFact {
                item,
                value: fee.mean().unwrap_or(f64::NAN),
                unit: "USD per unit-month".into(),
                source: "the study".into(),
                as_of: String::new(),
                status: "negotiated".into(),
            });
            return Some(fee);
        }
        let Some((book, offer)) = offer else {
            let help = "add `offer`, as in offer = \"azure/ptu-global-1y\" (`waterline prices` lists all), or `fee_per_unit_month` and `term_months`";
            self.error(
                "contract",
                "missing-field",
                "[contract] has neither an offer nor a fee",
                help,
            );
            return None;
        };
        let Some(price) = offer.unit_month(book.hours_per_month) else {
            let message = format!("the price book has no price for the offer \"{}\"", offer.id);
            self.error(
                "contract.offer",
                "no-price",
                message,
                "state your quote as `fee_per_unit_month`",
            );
            return None;
        };
        prices.push(origin(book, offer).fact(
            format!("{} {}", offer.id, offer.unit),
            price,
            "USD per unit-month",
        ));
        Some(price.into())
    }

    fn no_term(&mut self, has_offer: bool) -> Option<usize> {
        let (message, help) = if has_offer {
            (
                "the offer is hourly capacity without a term",
                "choose an offer with a term, or add `term_months`",
            )
        } else {
            ("[contract] has no term", "add `term_months`, as in term_months = 12")
        };
        self.error("contract", "missing-field", message, help);
        None
    }

    fn renewal(&mut self, term: Option<usize>, has_hourly: bool) -> Option<Renewal> {
        let c = self.file.contract.clone();
        let end = term.map(|term| c.start_month - 1 + term);
        let horizon = self.file.horizon_months.or(end);
        if let Some(horizon) = horizon.filter(|horizon| c.start_month > *horizon) {
            let message = format!(
                "the contract starts in month {}, after the {} simulated",
                c.start_month,
                months(horizon)
            );
            self.error(
                "contract.start_month",
                "beyond-horizon",
                message,
                "start earlier, or lengthen `horizon_months`",
            );
        }
        if c.renewal_price_change.is_some() && c.renewal != Some(RenewalWord::Renew) {
            self.error(
                "contract.renewal_price_change",
                "no-effect",
                "`renewal_price_change` does nothing unless the contract renews",
                "set `renewal = \"renew\"`, or take it out",
            );
        }
        match c.renewal {
            Some(RenewalWord::Renew) => Some(Renewal::Renew {
                price_change: c.renewal_price_change.unwrap_or_else(|| 0.0.into()),
            }),
            Some(RenewalWord::Hourly) if !has_hourly => {
                self.error(
                    "contract.renewal",
                    "no-hourly-price",
                    "after the term the units are billed by the hour, and there is no hourly price",
                    "add `hourly_per_unit_month`",
                );
                None
            }
            Some(RenewalWord::Hourly) => Some(Renewal::Hourly),
            None if horizon > end && !c.clauses.iter().any(renews) => {
                let (end, horizon) = end.zip(horizon)?;
                let message = format!(
                    "the term ends with month {end}, the horizon with month {horizon}, and nothing says what happens between"
                );
                let help = "add `renewal`: \"renew\", \"hourly\" (units stay at the hourly price) or \"on_demand\" (units are given up)";
                self.error("contract", "missing-field", message, help);
                None
            }
            // Given up, or nothing comes after the term.
            Some(RenewalWord::OnDemand) | None => Some(Renewal::OnDemand),
        }
    }

    /// The contract's months must fit into what can be simulated.
    fn check_end(&mut self, term: Option<usize>) {
        let Some(term) = term else { return };
        let end = self.file.contract.start_month - 1 + term;
        if self.file.horizon_months.is_none() && end > MOST_MONTHS {
            self.error(
                "contract.start_month",
                "beyond-horizon",
                format!("the term ends with month {end}; at most {MOST_MONTHS} are simulated"),
                "start earlier, shorten the term, or set a shorter `horizon_months`",
            );
        }
    }

    /// Clauses on their own, their order, and what stands there twice.
    fn check_clauses(&mut self, term: Option<usize>) {
        let clauses = self.file.contract.clauses.clone();
        let texts: Vec<_> = clauses.iter().map(|c| serde_json::to_value(c).ok()).collect();
        let mut discount = None;
        for (i, clause) in clauses.iter().enumerate() {
            let place = format!("contract.clauses[{i}]");
            self.problems(&place, whatever_the(term, |term| clause.get().check(term)));
            let hooks = clause.get().hooks();
            if let AnyClause::Tranches(ladder) = clause {
                self.check_ladder(&place, ladder, &clauses[..i], &clauses[i + 1..]);
            } else if let (true, Some(before)) = (hooks.cap, discount) {
                let message = "a percentage stands before a price cap";
                let help = format!(
                    "caps bind the unit price first: move clauses[{i}] before clauses[{before}]"
                );
                self.error(&place, "clause-order", message, help);
            }
            if hooks.discount && discount.is_none() {
                discount = Some(i);
            }
            if renews(clause) {
                self.check_renewal(&place, clauses[..i].iter().position(renews));
            }
            let earlier = |has: fn(Hooks) -> bool| {
                (0..i).find(|j| has(hooks) && has(clauses[*j].get().hooks()))
            };
            if let Some(before) = earlier(|hooks| hooks.grant) {
                let message =
                    format!("a contract has one credit grant, and clauses[{before}] is one too");
                self.error(&place, "duplicate", message, "add the amounts up");
            } else if let Some(before) = earlier(|hooks| hooks.upfront) {
                let message =
                    format!("fees are paid ahead once, and clauses[{before}] has them paid too");
                self.error(&place, "duplicate", message, "put the shares together");
            } else if let Some(before) = (0..i).find(|j| texts[*j] == texts[i]) {
                self.warn(
                    "clause-twice",
                    format!("{place} is the same as clauses[{before}], and both apply"),
                    "it was pasted twice",
                    "take one out, unless the contract grants it twice",
                );
            } else if let Some(before) = (0..i).find(|j| is_again(&clauses[*j], clause)) {
                self.warn(
                    "clause-twice",
                    format!(
                        "{place} is a second {} beside clauses[{before}], and both apply",
                        clause.kind()
                    ),
                    "a draft of the clause was left in",
                    "take one out, unless the contract grants both",
                );
            } else if let Some(before) =
                (0..i).find(|j| hooks.quantity && clauses[*j].kind() == clause.kind())
            {
                let what = if hooks.cap { "list of tranches" } else { "ramp" };
                let message =
                    format!("a contract has one {what}, and clauses[{before}] is one too");
                self.error(&place, "duplicate", message, format!("put all steps into one {what}"));
            }
        }
    }
}

/// The problems of so many months; where they are not known, those of any number.
pub(super) fn whatever_the(
    months: Option<usize>,
    check: impl Fn(usize) -> Vec<Problem>,
) -> Vec<Problem> {
    match months {
        Some(months) => check(months),
        None => {
            let few = check(1);
            check(MOST_MONTHS).into_iter().filter(|problem| few.contains(problem)).collect()
        }
    }
}

/// Whether the clause is a right to renew the contract.
fn renews(clause: &AnyClause) -> bool {
    matches!(clause, AnyClause::RenewalOption(_))
}

/// Whether a contract rarely has both: clauses of one kind that bind the same for as long.
fn is_again(earlier: &AnyClause, clause: &AnyClause) -> bool {
    match (earlier, clause) {
        (AnyClause::Clawback(_), AnyClause::Clawback(_))
        | (AnyClause::Terminate(_), AnyClause::Terminate(_))
        | (AnyClause::EarlyDowngrade(_), AnyClause::EarlyDowngrade(_))
        | (AnyClause::Refund(_), AnyClause::Refund(_))
        | (AnyClause::Switching(_), AnyClause::Switching(_)) => true,
        (AnyClause::EscalationCap(a), AnyClause::EscalationCap(b)) => {
            a.price == b.price && a.until_month == b.until_month
        }
        (AnyClause::Collar(a), AnyClause::Collar(b)) => {
            a.price == b.price && a.until_month == b.until_month
        }
        _ => false,
    }
}

fn origin<'a>(book: &'a PriceBook, offer: &'a Offer) -> Origin<'a> {
    Origin {
        book,
        source: &offer.source,
        as_of: &offer.as_of,
        status: offer.status,
        flag: offer.flag.as_deref(),
    }
}

/// The hourly capacity that goes with an offer: same unit and deployment, no term.
fn hourly_price(offer: Option<(&PriceBook, &Offer)>, prices: &mut Vec<PriceFact>) -> Option<Param> {
    let (book, offer) = offer?;
    let same = |o: &&Offer| {
        o.term_months == 0
            && o.unit == offer.unit
            && o.deployment == offer.deployment
            && o.models == offer.models
    };
    let hourly = book.offers.iter().find(same)?;
    let price = hourly.unit_month(book.hours_per_month)?;
    prices.push(origin(book, hourly).fact(
        format!("{} {}", hourly.id, hourly.unit),
        price,
        "USD per unit-month",
    ));
    Some(price.into())
}

fn bought(book: &PriceBook, offer: &Offer) -> Bought {
    Bought {
        name: format!("{}/{}", book.id, offer.id),
        unit: offer.unit.clone(),
        deployment: offer.deployment.clone(),
        models: offer.models.clone(),
        needs_model_sizes: offer.min_units.is_none() || offer.step.is_none(),
        sizes: (offer.min_units, offer.step),
        cancel: offer.cancel.clone(),
        refund_limit: offer.refund_limit_usd,
    }
}

impl Agreed {
    /// The contract in plain words, a line each.
    pub(super) fn describe(&self) -> Vec<String> {
        let c = &self.contract;
        let name = self.offer.as_ref().map_or("stated terms".to_owned(), |o| o.name.clone());
        let mut lines =
            vec![format!("{name}, term {}, from month {}", months(c.term), c.start + 1)];
        lines.push(match &c.renewal {
            Renewal::Renew { price_change } => {
                let change = 100.0 * price_change.mean().unwrap_or(f64::NAN);
                format!("after the term: renews at a price {change:+.1} %")
            }
            Renewal::Hourly => "after the term: the units stay and are billed by the hour".into(),
            Renewal::OnDemand => "after the term: the units are given up".into(),
        });
        if let Some(cancel) = self.offer.as_ref().and_then(|o| o.cancel.as_ref()) {
            lines.push(format!("cancellation: {cancel}"));
        }
        if let Some(deployed) = c.deployed {
            lines.push(format!("{} units are switched on", units(deployed)));
        }
        lines.extend(c.clauses.iter().map(|clause| clause.get().describe()));
        lines
    }
}
