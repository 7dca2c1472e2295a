//! Strategies: what is done with the demand that a commitment does not carry.

use crate::param::{Param, Parameters};

/// A way to buy capacity, to be compared with others on the same futures.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// Which of the three it is.
    pub kind: StrategyKind,
    /// What happens to demand beyond the committed units.
    pub overflow: Overflow,
}

/// The strategies that a study compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StrategyKind {
    /// Everything is paid per token.
    OnDemand,
    /// Committed units only: the excess is rejected, or served by units bought by the hour.
    Provisioned,
    /// Committed units, with the excess spilling over to on-demand.
    Hybrid,
}

impl StrategyKind {
    /// The name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "on_demand",
            Self::Provisioned => "provisioned",
            Self::Hybrid => "hybrid",
        }
    }

    /// The name in sentences.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OnDemand => "On-demand",
            Self::Provisioned => "Provisioned",
            Self::Hybrid => "Hybrid",
        }
    }
}

/// What happens to demand beyond the committed units.
#[derive(Clone, Debug)]
pub enum Overflow {
    /// It goes on demand at `price_multiple` times the on-demand price.
    OnDemand {
        /// 1 for the standard tier, 2 for a priority tier at twice the price.
        price_multiple: Param,
    },
    /// It is served by units bought by the hour, `headroom` more than the excess load.
    Hourly {
        /// Share of hourly units held beyond the load: 0.1 for 10 %.
        headroom: Param,
    },
    /// It is rejected, at a stated cost.
    Rejected {
        /// What a rejected unit-month of demand costs the business, USD.
        shortage: Param,
    },
}

impl Overflow {
    /// Whether a unit of it costs the on-demand price.
    #[must_use]
    pub fn is_at_list_price(&self) -> bool {
        matches!(self, Self::OnDemand { price_multiple } if price_multiple.is_one())
    }
}

impl Strategy {
    /// Registers the uncertain parameters.
    pub fn bind(&mut self, parameters: &mut Parameters) {
        let name = self.kind.name();
        match &mut self.overflow {
            Overflow::OnDemand { price_multiple } => {
                parameters.bind(&format!("strategies.{name}.price_multiple"), price_multiple);
            }
            Overflow::Hourly { headroom } => {
                parameters.bind(&format!("strategies.{name}.headroom"), headroom);
            }
            Overflow::Rejected { shortage } => {
                parameters.bind(&format!("strategies.{name}.shortage"), shortage);
            }
        }
    }
}
