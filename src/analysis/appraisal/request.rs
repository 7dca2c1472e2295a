//! What is asked, held against the study.

use crate::analysis::{Bridge, Watcher, plan, size};
use crate::contract::AnyClause;
use crate::simulate::Alone;
use crate::size::search::{entries_of, starting_sizes};
use crate::strategy::StrategyKind;
use crate::study::Study;
use crate::value::setting::Method;

/// What is asked of an appraisal.
#[derive(Clone, Debug)]
pub struct Request {
    /// Kinds of the clauses to value, numbered where a contract has several; empty for all.
    pub clauses: Vec<String>,
    /// The strategy; none for the last one with a commitment.
    pub strategy: Option<StrategyKind>,
    /// Units, where neither those of the study nor the best without the clauses are meant.
    pub units: Option<f64>,
    /// Paths that value; none for the usual number.
    pub paths: Option<u64>,
    /// Fresh futures of the upper bound, where it takes them; none for the usual number.
    pub futures: Option<u64>,
    /// How expected costs are found.
    pub method: Method,
    /// Whether a dense dynamic program values all clauses together as well.
    pub solve: bool,
    /// Whether rules, other sizes and shares are left out.
    pub quick: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            clauses: Vec::new(),
            strategy: None,
            units: None,
            paths: None,
            futures: None,
            method: Method::Auto,
            solve: false,
            quick: false,
        }
    }
}

/// The study under another assumption.
#[derive(Clone, Debug)]
pub struct Sensitive {
    /// What is changed, and to what.
    pub change: String,
    /// The study with it.
    pub study: Study,
}

/// The study with something else in it.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// Under other assumptions.
    pub sensitive: Vec<Sensitive>,
    /// With the refund rule of its offer as the last clause of the contract, where the offer has one.
    pub refund: Option<Study>,
}

/// Why nothing can be valued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What is wrong, and what to do.
    Asked(String, String),
    /// The observer said stop.
    Stopped,
}

impl Refusal {
    pub(super) fn because(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Asked(message.into(), help.into())
    }
}

/// What is valued.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// Positions in the contract.
    pub clauses: Vec<usize>,
    /// Their names.
    pub names: Vec<String>,
    /// Position of the strategy in the study.
    pub strategy: usize,
}

/// The names of a contract's clauses: their kinds, numbered where one comes again.
#[must_use]
pub fn names(clauses: &[AnyClause]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (i, clause) in clauses.iter().enumerate() {
        let kind = clause.kind();
        let before = clauses[..i].iter().filter(|c| c.kind() == kind).count();
        names.push(if before == 0 { kind } else { format!("{kind} {}", before + 1) });
    }
    names
}

impl Chosen {
    /// Holds a request against a study.
    pub(super) fn of(study: &Study, request: &Request) -> Result<Self, Refusal> {
        let all = names(&study.contract.clauses);
        let tranches = |i: &usize| matches!(study.contract.clauses[*i], AnyClause::Tranches(_));
        let mut clauses = Vec::new();
        for name in &request.clauses {
            let Some(found) = all.iter().position(|n| n == name) else {
                return Err(Refusal::because(
                    format!("the contract has no clause `{name}`"),
                    if all.is_empty() {
                        "it has none; price one that is not in it with --add".into()
                    } else {
                        format!("it has {}", all.join(", "))
                    },
                ));
            };
            if !clauses.contains(&found) {
                clauses.push(found);
            }
        }
        if request.clauses.is_empty() {
            // A ladder is what is bought, not a clause of it.
            clauses = (0..all.len()).filter(|i| !tranches(i)).collect();
        }
        if clauses.is_empty() {
            return Err(Refusal::because(
                "the contract has no clause that could be worth something",
                "add one under [[contract.clauses]], or price one with --add 'flex_down(...)'",
            ));
        }
        let names = clauses.iter().map(|i| all[*i].clone()).collect();
        Ok(Self { clauses, names, strategy: strategy(study, request.strategy)? })
    }

    /// The set of all of them.
    pub(super) fn full(&self) -> u64 {
        (1 << self.clauses.len()) - 1
    }

    /// The units that are signed, and where they come from.
    pub(super) fn units(
        &self,
        study: &Study,
        request: &Request,
        watcher: &dyn Watcher,
    ) -> Result<(f64, String), Refusal> {
        if let Some(units) = request.units {
            if !(units.is_finite() && units > 0.0) {
                return Err(Refusal::because(
                    format!("{units} units cannot be signed"),
                    "write a number above 0",
                ));
            }
            return Ok((units, "asked for".into()));
        }
        if let Some(units) = study.units {
            return Ok((units, "of the study".into()));
        }
        let mut without = study.clone();
        let mut at = 0;
        without.contract.clauses.retain(|_| {
            at += 1;
            !self.clauses.contains(&(at - 1))
        });
        let observer = Bridge(watcher);
        let stopped = |_| Refusal::Stopped;
        let (plan, _) = plan(&without, &observer).map_err(stopped)?;
        let sizes = starting_sizes(&without, self.strategy, &observer).map_err(stopped)?;
        let entries = entries_of(self.strategy, sizes).collect();
        let (sized, _) = size(&without, entries, &plan, &observer, &Alone).map_err(stopped)?;
        let units = sized[0].entry().units;
        if units == 0.0 {
            return Err(Refusal::because(
                "without these clauses the best commitment is none",
                "say how many units are signed: --units N",
            ));
        }
        Ok((units, "the best size without the valued clauses".into()))
    }
}

fn strategy(study: &Study, asked: Option<StrategyKind>) -> Result<usize, Refusal> {
    let commits = |i: &usize| study.strategies[*i].kind != StrategyKind::OnDemand;
    let mut all = (0..study.strategies.len()).filter(commits);
    let found = match asked {
        Some(kind) => all.find(|i| study.strategies[*i].kind == kind),
        None => all.next_back(),
    };
    found.ok_or_else(|| {
        Refusal::because(
            "the study compares no such strategy with a commitment",
            format!(
                "it compares {}",
                study.strategies.iter().map(|s| s.kind.name()).collect::<Vec<_>>().join(", ")
            ),
        )
    })
}
