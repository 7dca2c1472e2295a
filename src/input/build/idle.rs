//! Inputs that change nothing in this study, although they were meant to do something.
//!
//! A field that contradicts another is an error where it is resolved. Here are those that are
//! valid, and idle because of what the rest of the study says: each becomes a warning.

use super::Builder;
use super::contract::Agreed;
use crate::contract::policy::{Policy, Signal};
use crate::contract::right::{Right, Towards};
use crate::contract::{AnyClause, CappedPrice, Charges, Contract, DiscountedPrice, Renewal};
use crate::input::study_file::{StudyFile, Units};
use crate::param::Param;
use crate::process::drift::Moves;
use crate::process::forecast_error::{Center, Start};
use crate::strategy::{Overflow, Strategy};

impl Builder {
    /// Warns of every idle input.
    pub(super) fn caution_idle(&mut self, agreed: &Agreed, strategies: &[Strategy], months: usize) {
        let idle: Vec<(String, &str)> = [
            idle_futures(&self.file),
            idle_terms(&self.file, agreed, strategies, months),
            idle_clauses(&self.file, agreed, (strategies, self.fits), months),
        ]
        .concat();
        for (field, why) in idle {
            self.warn(
                "changes-nothing",
                format!("`{field}` changes nothing: {why}"),
                "it was meant to do something that another input prevents",
                "take it out, or change what makes it useless",
            );
        }
    }
}

/// The fields whose condition holds.
fn those<const N: usize>(list: [(&str, bool, &'static str); N]) -> Vec<(String, &'static str)> {
    list.into_iter().filter(|(_, idle, _)| *idle).map(|(f, _, why)| (f.to_owned(), why)).collect()
}

/// Whether the on-demand price moves by drift or volatility.
fn price_drifts(file: &StudyFile) -> bool {
    let p = &file.price;
    let rates = [&p.expected_per_year, &p.expected_per_month, &p.log_drift_per_year];
    let more = [&p.log_drift_per_month, &p.volatility_per_year, &p.volatility_per_month];
    rates.into_iter().chain(more).flatten().any(|rate| !rate.is_zero())
}

fn price_moves(file: &StudyFile) -> bool {
    price_drifts(file) || !file.price.jumps.is_empty()
}

fn idle_futures(file: &StudyFile) -> Vec<(String, &'static str)> {
    let error = &file.forecast_error;
    let skewed = error.skewed.is_some();
    let silent = error.shock_sd.is_zero() && !skewed;
    let (started, centered) = (error.start != Start::Zero, error.center != Center::Mean);
    let none = "there is no monthly error without `shock_sd` or `skewed`";
    let own = "a skewed error has the same distribution in every month";
    those([
        ("forecast_error.persistence", silent && !error.persistence.is_zero(), none),
        ("forecast_error.start", silent && started, none),
        ("forecast_error.center", silent && centered, none),
        ("forecast_error.start", skewed && started, own),
        ("forecast_error.center", skewed && centered, own),
        (
            "price.moves",
            file.price.moves != Moves::Monthly && !price_drifts(file),
            "the price has neither drift nor volatility",
        ),
        ("price.cap", file.price.cap.is_some() && !price_moves(file), "the price does not move"),
        (
            "workload.rerated_with_price",
            file.workload.rerated_with_price.is_some() && !price_moves(file),
            "the price does not move",
        ),
    ])
}

fn idle_terms(
    file: &StudyFile,
    agreed: &Agreed,
    strategies: &[Strategy],
    months: usize,
) -> Vec<(String, &'static str)> {
    let (stated, contract) = (&file.contract, &agreed.contract);
    let after_term = months > contract.start + contract.term;
    let served = strategies.iter().any(|s| matches!(s.overflow, Overflow::Hourly { .. }));
    let beyond = match stated.units {
        Units::Number(units) => stated.deployed_units.is_some_and(|deployed| deployed > units),
        Units::Word(_) => false,
    };
    let stays = after_term && contract.renewal == Renewal::Hourly;
    let listed = file.sizing.sizes.is_some();
    let steps = contract.uses(|hooks| hooks.quantity || hooks.right);
    let rights = contract.uses(|hooks| hooks.right);
    let list = "`sizing.sizes` lists what can be bought";
    those([
        (
            "contract.hourly_per_unit_month",
            stated.hourly_per_unit_month.is_some() && !(served || beyond || stays),
            "no strategy buys units by the hour, and none stay after the term",
        ),
        (
            "contract.renewal",
            stated.renewal.is_some() && !after_term,
            "the months simulated end with the term",
        ),
        ("contract.min_units", stated.min_units.is_some() && listed && !rights, list),
        ("contract.step", stated.step.is_some() && listed && !steps, list),
    ])
}

fn idle_clauses(
    file: &StudyFile,
    agreed: &Agreed,
    (strategies, policies): (&[Strategy], bool),
    months: usize,
) -> Vec<(String, &'static str)> {
    let contract = &agreed.contract;
    let after_term = months > contract.start + contract.term;
    let renews = after_term && contract.renewal_change().is_some_and(|change| !change.is_zero());
    // The first strategy is on-demand, which signs nothing.
    let spills = strategies[1..].iter().any(|s| matches!(s.overflow, Overflow::OnDemand { .. }));
    let rises = price_moves(file) && spills;
    let still = |price: CappedPrice| match price {
        CappedPrice::Commitment => (!renews).then_some("no renewal changes the fee"),
        CappedPrice::OnDemand => (!rises).then_some("no strategy spills at a price that moves"),
        CappedPrice::Both => (!renews && !rises).then_some("no price that it binds moves"),
    };
    let why = |clause: &AnyClause| match clause {
        AnyClause::EscalationCap(cap) => still(cap.price),
        AnyClause::Collar(collar) => still(collar.price),
        AnyClause::FlatDiscount(discount) => (discount.price == DiscountedPrice::OnDemand
            && !spills)
            .then_some("no strategy spills over to on-demand"),
        AnyClause::VolumeTiers(_) => (!spills).then_some("no strategy spills over to on-demand"),
        AnyClause::CreditGrant(grant) => (grant.pays == Charges::OnDemand && !spills)
            .then_some("no strategy spills over to on-demand"),
        AnyClause::SpendCommitment(spend) => {
            (spend.amount.is_zero() && spend.tiers.is_empty()).then_some("it promises nothing")
        }
        AnyClause::ShareOfWallet(wallet) => (wallet.price == DiscountedPrice::OnDemand && !spills)
            .then_some("no strategy spills over to on-demand"),
        AnyClause::Clawback(clawback) => {
            clawback.threshold.is_zero().then_some("no use is below a threshold of 0")
        }
        AnyClause::Tranches(_) | AnyClause::Ramp(_) | AnyClause::Upfront(_) => None,
        AnyClause::Refund(refund) if refund.limit_usd.is_zero() => {
            Some("nothing may be canceled under a limit of 0")
        }
        AnyClause::Refund(_)
        | AnyClause::FlexDown(_)
        | AnyClause::EarlyDowngrade(_)
        | AnyClause::Conversion(_)
        | AnyClause::Terminate(_)
        | AnyClause::Expansion(_)
        | AnyClause::RenewalOption(_)
        | AnyClause::Switching(_) => {
            let right = contract.right_of(clause.get());
            idle_right(contract, right.as_ref(), months).filter(|_| policies)
        }
    };
    let clauses = contract.clauses.iter().enumerate();
    clauses
        .filter_map(|(i, c)| Some((format!("contract.clauses[{i}]"), why(c)?)))
        .chain(idle_grant(contract, months))
        .collect()
}

/// A grant that outlasts the contract.
fn idle_grant(contract: &Contract, months: usize) -> Option<(String, &'static str)> {
    let last = contract.in_force(months);
    let late = |clause: &AnyClause| match clause {
        AnyClause::CreditGrant(grant) => grant.until_month.is_some_and(|until| until > last),
        _ => false,
    };
    // A contract has one grant.
    let i = contract.clauses.iter().position(late)?;
    let field = format!("contract.clauses[{i}].until_month");
    Some((field, "the contract, or the horizon, ends before it"))
}

/// Why a right is never used, or changes nothing.
fn idle_right(
    contract: &Contract,
    right: Option<&Right<'_>>,
    months: usize,
) -> Option<&'static str> {
    let lasting = match contract.renewal {
        Renewal::Hourly => months.saturating_sub(contract.start),
        Renewal::Renew { .. } | Renewal::OnDemand => contract.in_force(months),
    };
    match right.filter(|right| right.can_matter(lasting)) {
        None if right
            .is_some_and(|right| right.renews && !matches!(right.policy, Policy::Never)) =>
        {
            Some("`horizon_months` ends with the term: make it longer to see a renewal")
        }
        None => Some("no exercise takes effect within the contract"),
        Some(right) if is_out_of_reach(contract, right) => {
            Some("use and overflow do not pass 100 %: the signal `load` does")
        }
        Some(_) => None,
    }
}

/// Whether a right waits for a signal above a level that the signal cannot pass.
fn is_out_of_reach(contract: &Contract, right: &Right<'_>) -> bool {
    let Policy::Threshold(threshold) = right.policy else { return false };
    let high = |param: &Param, least: f64| param.fixed().is_some_and(|value| value >= least);
    // Units that are given up leave more use than units, seen against what is left.
    let reduced = || {
        let mut rights = contract.rights().map(|(_, _, other)| other);
        rights.any(|other| other.towards == Towards::Less && !other.ends)
    };
    let bounded = match threshold.signal {
        Signal::Utilization => !reduced(),
        Signal::Overflow => true,
        Signal::Load | Signal::Price => false,
    };
    let more = right.towards == Towards::More;
    more && bounded && high(&threshold.level, 1.0) && high(&threshold.per_month_left, 0.0)
}
