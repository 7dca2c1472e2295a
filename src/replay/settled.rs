//! The figures of a settled path.

use super::{
    Checks, FORMAT, Looked, ParameterValue, PriceSteps, Replay, ReplayedClause, ReplayedMonth,
    ReplayedTotals, WorkloadShare,
};
use crate::analysis::calendar_month;
use crate::contract::policy::Look;
use crate::contract::{AnyClause, Billing, Opening, Phase, Rates};
use crate::ledger::{Month, Totals, parts};
use crate::path::PathBlock;
use crate::results::RunFacts;
use crate::rng::{LANES, Lane};
use crate::settle::{Prices, Stage, looks, overflow_price};
use crate::simulate::Plan;
use crate::size::desk::{Desk, Entry};
use crate::study::Study;
use crate::workload::Part;

/// A path of a run in its block, settled with every line.
pub(super) struct Settled<'a> {
    study: &'a Study,
    entry: Entry,
    lane: usize,
    paths: PathBlock,
    prices: Prices,
    months: Vec<Month>,
    totals: Totals,
}

impl<'a> Settled<'a> {
    /// Draws the path again and settles it; `None` if the plan has no such path.
    pub(super) fn new(study: &'a Study, plan: &Plan, number: u64, entry: Entry) -> Option<Self> {
        let (block, lane) = plan.locate(number)?;
        let mut paths = study.model.block();
        let sampler = study.model.sampler(plan.points, plan.seed, "main");
        study.model.generate(&*sampler, plan.points, block, &mut paths);
        let desk = Desk::new(study);
        let mut scratch = desk.scratch(true);
        desk.open(&mut scratch);
        let totals = desk.settle(entry, &paths, &mut scratch);
        let prices = desk.prices(&paths, &mut scratch).clone();
        Some(Self { study, entry, lane, paths, prices, months: scratch.ledger.months, totals })
    }

    /// Everything about it.
    pub(super) fn replay(&self, run: RunFacts, path: u64, quantile: Option<f64>) -> Replay {
        let strategy = self.study.strategies[self.entry.strategy].kind;
        let months = self.months();
        let totals = self.sums(&months);
        Replay {
            format: FORMAT.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            title: self.study.facts.title.clone(),
            study_hash: self.study.facts.study_hash.clone(),
            run,
            path,
            quantile,
            strategy: strategy.name().into(),
            strategy_title: strategy.title().into(),
            units: self.entry.units,
            unit: self.study.facts.unit.clone(),
            parameters: self.parameters(),
            clauses: self.study.contract.clauses.iter().map(clause).collect(),
            checks: Self::checks(&months, &totals),
            months,
            totals,
        }
    }

    fn at(&self, lane: &Lane) -> f64 {
        lane[self.lane]
    }

    fn parameters(&self) -> Vec<ParameterValue> {
        let list = self.study.model.parameters().list().iter();
        list.zip(&self.paths.params)
            .map(|(parameter, values)| ParameterValue {
                name: parameter.name.clone(),
                value: self.at(values),
                uncertain: parameter.dist.fixed().is_none(),
            })
            .collect()
    }

    /// Where a month lies in the life of what was signed.
    fn phase(&self, t: usize) -> Phase {
        if self.entry.units > 0.0 { self.study.contract.phase(t) } else { Phase::None }
    }

    fn months(&self) -> Vec<ReplayedMonth> {
        let mut cumulated = 0.0;
        let one = |(t, month): (usize, &Month)| {
            cumulated += self.at(&month.cost());
            self.month(t, month, cumulated)
        };
        self.months.iter().enumerate().map(one).collect()
    }

    fn month(&self, t: usize, month: &Month, cumulated: f64) -> ReplayedMonth {
        let at = |lane: &Lane| self.at(lane);
        let phase = self.phase(t);
        let steps = |price: &dyn Fn(&Rates) -> f64| {
            let list = price(&self.prices.list()[t]);
            match phase {
                Phase::None => PriceSteps { list, capped: list, paid: list },
                _ => PriceSteps {
                    list,
                    capped: price(&self.prices.capped()[t]),
                    paid: price(&self.prices.paid()[t]),
                },
            }
        };
        let (load, bill) = (at(&month.demand), at(&month.cost()));
        let (spilled, rejected) = (at(&month.spilled), at(&month.rejected));
        let discount_factor = self.study.discounts[t];
        ReplayedMonth {
            month: t + 1,
            date: self.study.facts.start.as_deref().map(|start| calendar_month(start, t)),
            phase: if month.ended[self.lane] { "ended".into() } else { in_words(phase) },
            load,
            mix: self.mix(t),
            on_demand_price: steps(&|rates| at(&rates.on_demand)),
            committed_price: (phase != Phase::None).then(|| steps(&|rates| at(&rates.commitment))),
            committed_average: (phase != Phase::None)
                .then(|| at(&self.prices.paid()[t].commitment) * at(&month.price_ratio)),
            hourly_price: self.study.contract.hourly.as_ref().map(|p| at(p.of(&self.paths.params))),
            overflow_price: self.overflow_price(t),
            exercised: self.exercised(month),
            looked_at: self.looked_at(t),
            reserved: at(&month.reserved),
            deployed: at(&month.deployed),
            overflow_share: if load > 0.0 { (spilled + rejected) / load } else { 0.0 },
            served: at(&month.served),
            spilled,
            rejected,
            fee: at(&month.fee),
            hourly: at(&month.hourly),
            on_demand: at(&month.on_demand),
            rebate: at(&month.rebate),
            shortage: at(&month.shortage),
            termination: at(&month.termination),
            prepaid: at(&month.prepaid),
            credit: at(&month.credit),
            granted: at(&month.granted),
            shortfall: at(&month.shortfall),
            apart: at(&month.apart),
            added_by_clause: self.added(t),
            bill,
            cumulated,
            unallocated: at(&month.unallocated),
            idle: at(&month.idle),
            discount_factor,
            present_value: discount_factor * bill,
        }
    }

    /// The workloads' shares of the load of a month, where they differ from path to path.
    fn mix(&self, t: usize) -> Vec<WorkloadShare> {
        let shares = self.paths.mix.get(t).into_iter().flatten();
        let parts = self.study.model.spec().pool.iter().flat_map(|pool| &pool.parts);
        let share = |(part, share): (&Part, &Lane)| WorkloadShare {
            workload: part.table.clone(),
            share: self.at(share),
        };
        parts.zip(shares).map(share).collect()
    }

    fn opening(&self, t: usize) -> Opening<'_> {
        let contract = &self.study.contract;
        let begun = t.saturating_sub(contract.start);
        Opening {
            month: begun,
            contract,
            params: &self.paths.params,
            closed: &self.months[t - begun..t],
            list: &self.prices.list()[t - begun..t],
        }
    }

    /// What policies look at as a month opens.
    fn looked_at(&self, t: usize) -> Vec<Looked> {
        let phase = self.phase(t);
        let ended = t > 0 && self.months[t - 1].ended[self.lane];
        if !matches!(phase, Phase::Term(_)) || ended {
            return Vec::new();
        }
        let clauses = &self.study.contract.clauses;
        let rights: Vec<&AnyClause> =
            clauses.iter().filter(|c| c.get().right().is_some()).collect();
        let looked = |(place, look): (usize, Look)| Looked {
            clause: rights[place].kind(),
            signal: Some(self.at(&look.signal)).filter(|signal| signal.is_finite()),
            trigger: self.at(&look.edge),
            side: look.side.side().into(),
        };
        looks(self.opening(t), phase, self.entry.units).into_iter().map(looked).collect()
    }

    /// The clauses whose rights are exercised as a month opens.
    fn exercised(&self, month: &Month) -> Vec<String> {
        let rights = self.study.contract.clauses.iter().filter(|c| c.get().right().is_some());
        let marks = month.exercised[self.lane];
        let taken = rights.enumerate().map(|(place, clause)| (clause, parts(marks, place)));
        let named = |(clause, taken): (&AnyClause, u32)| {
            let all = clause.get().right().map_or(1, |right| right.parts);
            if taken == all { clause.kind() } else { format!("{} {taken}/{all}", clause.kind()) }
        };
        taken.filter(|(_, taken)| *taken > 0).map(named).collect()
    }

    fn overflow_price(&self, t: usize) -> f64 {
        let month = &self.months[t];
        let under_contract = self.phase(t) != Phase::None && !month.ended[self.lane];
        let waits = month.waiting[self.lane] && month.deployed[self.lane] == 0.0;
        let overflow = &self.study.strategies[self.entry.strategy].overflow;
        let rates = if under_contract { &self.prices.paid()[t] } else { &self.prices.list()[t] };
        let kind = Some(overflow).filter(|_| under_contract && !waits);
        let price =
            overflow_price(&self.study.contract, kind, &self.paths.params, &rates.on_demand);
        self.at(&month.elsewhere) * self.at(&price)
    }

    /// What each clause adds to the bill of a month.
    fn added(&self, t: usize) -> Vec<f64> {
        let contract = &self.study.contract;
        let opening = self.opening(t);
        let last = contract.is_last(t, self.months.len());
        let billing = Billing { opening, now: &self.months[t], last };
        let mut added = vec![0.0; contract.clauses.len()];
        if matches!(self.phase(t), Phase::Term(_)) {
            let ended = billing.now.ended[self.lane];
            let acts = |stage: &Stage| !(ended && stage.ends_with_contract());
            for add in Stage::ORDER.into_iter().filter(acts).filter_map(Stage::adds) {
                let mut sum = [0.0; LANES];
                for (clause, added) in contract.clauses.iter().zip(&mut added) {
                    let before = self.at(&sum);
                    add(clause.get(), &billing, &mut sum);
                    *added += self.at(&sum) - before;
                }
            }
        }
        added
    }

    fn sums(&self, months: &[ReplayedMonth]) -> ReplayedTotals {
        let sum = |of: &dyn Fn(&ReplayedMonth) -> f64| months.iter().map(of).sum();
        ReplayedTotals {
            load: self.at(&self.totals.demand),
            served: self.at(&self.totals.served),
            spilled: sum(&|m| m.spilled),
            rejected: self.at(&self.totals.rejected),
            fee: self.at(&self.totals.fee),
            hourly: sum(&|m| m.hourly),
            on_demand: sum(&|m| m.on_demand),
            rebate: sum(&|m| m.rebate),
            shortage: self.at(&self.totals.shortage),
            termination: self.at(&self.totals.termination),
            prepaid: sum(&|m| m.prepaid),
            credit: sum(&|m| m.credit),
            granted: sum(&|m| m.granted),
            shortfall: self.at(&self.totals.shortfall),
            apart: self.at(&self.totals.apart),
            cost: self.at(&self.totals.cost),
            present_value: self.at(&self.totals.present_value),
            waste: self.at(&self.totals.waste()),
        }
    }

    fn checks(months: &[ReplayedMonth], totals: &ReplayedTotals) -> Checks {
        let largest = |of: &dyn Fn(&ReplayedMonth) -> f64| {
            months.iter().map(|m| of(m).abs()).fold(0.0, f64::max)
        };
        let bills: f64 = months.iter().map(|m| m.bill).sum();
        Checks {
            bill: largest(&|m| m.bill - added_up(m)),
            cost: (totals.cost - bills).abs(),
            load: largest(&|m| m.load - (m.served + m.spilled + m.rejected)),
        }
    }
}

/// A month's bill from its quantities, its prices and what its clauses add alone.
fn added_up(m: &ReplayedMonth) -> f64 {
    let fee = m.committed_average.map_or(0.0, |price| m.reserved * price);
    let beyond = (m.deployed - m.reserved).max(0.0) * m.hourly_price.unwrap_or(0.0);
    let overflow = (m.spilled + m.rejected) * m.overflow_price;
    let added: f64 = m.added_by_clause.iter().sum();
    fee + beyond + overflow + m.termination + m.prepaid + added + m.apart
}

fn in_words(phase: Phase) -> String {
    match phase {
        Phase::None => "none".into(),
        Phase::Term(term) => format!("term {}", term + 1),
        Phase::Hourly => "hourly".into(),
    }
}

fn clause(clause: &AnyClause) -> ReplayedClause {
    let hooks = clause.get().hooks();
    let stages = Stage::ORDER.into_iter().filter(|stage| stage.holds(hooks));
    ReplayedClause {
        kind: clause.kind(),
        text: clause.get().describe(),
        stages: stages.map(|stage| stage.title().to_owned()).collect(),
    }
}
