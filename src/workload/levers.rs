//! Levers: what a buyer can do about the work before capacity is bought for it.
//!
//! A lever changes the tokens, their price, or where they are served. Levers act in the order in
//! which the study lists them, each on what the ones before it leave. What leaves the units is paid
//! for apart, by every strategy alike.

use super::Work;
use crate::param::Param;
use crate::rng::Lane;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lever, by its `kind`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Lever {
    /// Work that can wait goes to the batch tier, off the units.
    Batch(Batch),
    /// Calls find a static part of their prompt in the cache.
    PromptCaching(PromptCaching),
    /// A smaller model takes requests, and passes some of them on.
    Routing(Routing),
    /// Shorter prompts.
    PromptOptimization(PromptOptimization),
    /// A fine-tuned model at its own price, with its training and hosting.
    FineTuning(FineTuning),
    /// Less work for the same service.
    Efficiency(Efficiency),
    /// Another price for the same tokens, as of another model.
    PriceRatio(PriceRatio),
    /// Work that may wait some hours fills the valleys of the load.
    Deferrable(Deferrable),
}

/// Moves a share of the work to a batch tier. It leaves the units, and its bill is paid apart, by
/// every strategy alike: `share * on-demand cost * price_multiple`, with the load and the on-demand
/// price of the month.
///
/// The other reading, a batch that runs on idle units for nothing, is `deferrable`.
/// Source: guide (S0), line 99: "50 %"; its "4-5x cheaper" contradicts that and is not used.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Share of the work that can wait.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Price of the batch tier as a multiple of the on-demand price.
    #[serde(default = "half")]
    #[schemars(extend("x-min" = 0.0))]
    pub price_multiple: Param,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
}

/// Puts a static part of the prompts into the cache: `share * base_tokens / prompt_tokens` of the
/// input becomes cached, on top of what is cached before, and weighs and costs what the price book
/// says of cached tokens. At most all of the input is cached.
///
/// Example: 60 % of calls with a base of 5,000 tokens, prompts of 6,750 tokens, cached tokens at a
/// tenth of the price: the input costs `0.6 * 5000 / 6750 * 0.9` = 40 % less.
/// Source: guide (S0), line 108.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptCaching {
    /// Share of calls that find it in the cache.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Tokens of the static part.
    #[schemars(extend("x-min" = 0.0))]
    pub base_tokens: Param,
    /// Mean tokens of a prompt, where the load is not stated in requests.
    #[schemars(extend("x-above" = 0.0))]
    pub prompt_tokens: Option<Param>,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
    /// Tokens of a prompt as the load in requests states them.
    #[serde(skip)]
    pub of_requests: Option<Param>,
}

/// Lets a smaller model take requests. It runs on demand, off the units, and its bill is paid apart,
/// by every strategy alike; `share` of the requests goes on to the large model.
///
/// Example: a small model at 0.22 USD sees every request, 2 % go on to a large one at 3.00 USD:
/// `0.22 + 0.02 * 3.00` = 0.28 USD, 90.7 % less. The count of large calls falls by 98 %, the bill does
/// not. Tokens of a request are the same for both models; their prices move together.
/// Source: guide (S0), lines 102 and 120.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// Share of the requests that goes on to the large model.
    #[schemars(extend("x-min" = 0.0, "x-max" = 1.0))]
    pub share: Param,
    /// Which requests the small model is paid for.
    #[serde(default)]
    pub small_sees: SmallSees,
    /// The small model in a price book, as in "azure/gpt-4.1-mini"; its price is that of the
    /// workload's deployment, standard tier.
    pub small_model: Option<String>,
    /// Instead: price of the small model's tokens as a multiple of the large model's.
    #[schemars(extend("x-min" = 0.0))]
    pub price_ratio: Option<Param>,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
    /// On-demand prices of the small model, USD per month for one token an hour.
    #[serde(skip)]
    pub small_prices: Option<[f64; 3]>,
}

/// Which requests the small model of a routing is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmallSees {
    /// Every request: it decides which go on.
    #[default]
    All,
    /// Those that do not go on: the caller decides.
    Rest,
}

/// Shortens the prompts: input tokens times `input_factor`, with the same share of cached ones.
///
/// Example: from 2,000 to 500 tokens is a factor of 0.25, 75 % off the input.
/// Source: guide (S0), line 105.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptOptimization {
    /// What is left of the input tokens: 0.25 for a quarter.
    #[schemars(extend("x-min" = 0.0))]
    pub input_factor: Param,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
}

/// Serves the work by a fine-tuned model: a premium on the on-demand price, training paid once, and
/// hosting by the hour, both apart from the units and by every strategy alike. What a unit serves
/// stays the same.
///
/// Source: Bedrock licensing white paper (S2), line 96: 15 to 20 % more; guide (S0), lines 96 and 124.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FineTuning {
    /// What its tokens cost more: 0.15 for 15 %.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-above" = -1.0))]
    pub premium: Param,
    /// Cost of training, once, USD.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub training: Param,
    /// Cost of hosting, USD per hour of the month.
    #[serde(default = "Param::zero")]
    #[schemars(extend("x-min" = 0.0))]
    pub hosting_per_hour: Param,
    /// Month of the study in which it starts and training is paid, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
    /// Hours of a billing month.
    #[serde(skip, default = "month_of_hours")]
    pub hours_per_month: f64,
}

/// Does the same with less: all tokens times `1 - reduction`, in a step. Growth goes on from there.
/// A distribution makes it a shock of uncertain size; it lowers the load under a commitment that is
/// already signed.
///
/// Source: guide (S0), line 130: 15 to 25 % by caching and counting; line 136: 30 to 40 % by
/// consolidation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Efficiency {
    /// Share of the tokens that is no longer needed; negative for more.
    #[schemars(extend("x-max" = 1.0))]
    pub reduction: Param,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
}

/// Gives the same tokens another on-demand price, as of another model or a service of one's own. What
/// a unit serves stays the same; `rerating` changes that.
///
/// Source: guide (S0), lines 90, 120 and 133.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRatio {
    /// New on-demand price as a multiple of the old one: 0.1 for 90 % less.
    #[schemars(extend("x-above" = 0.0))]
    pub ratio: Param,
    /// Month of the study in which it starts, from 1.
    #[serde(default = "first")]
    #[schemars(range(min = 1, max = 600))]
    pub from_month: usize,
}

/// Lets a share of each hour's load wait up to `window_hours` hours, so that it fills hours with room.
///
/// No month's volume changes, only its shape. The waiting load is served first come first served as
/// soon as there is room, and on time in any case. This leaves the least overflow at every number of
/// units, and one and the same schedule does so for all of them: the flattest that the windows
/// allow. So the shape does not depend on what is committed. The typical week goes round: what waits
/// at its end is served at its beginning. Bursts within the hour are not smoothed.
/// Other readings, not modeled: filling valleys only up to the committed units, which has the same
/// overflow; a schedule without a deadline, which is a window of the whole week.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deferrable {
    /// Share of every hour's load that can wait.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
    /// Hours that it can wait, in whole intervals of the shape.
    #[schemars(range(min = 0, max = 168))]
    pub window_hours: u32,
}

fn half() -> Param {
    0.5.into()
}

fn first() -> usize {
    1
}

fn month_of_hours() -> f64 {
    730.0
}

impl Lever {
    /// The `kind` in a study file.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Batch(_) => "batch",
            Self::PromptCaching(_) => "prompt_caching",
            Self::Routing(_) => "routing",
            Self::PromptOptimization(_) => "prompt_optimization",
            Self::FineTuning(_) => "fine_tuning",
            Self::Efficiency(_) => "efficiency",
            Self::PriceRatio(_) => "price_ratio",
            Self::Deferrable(_) => "deferrable",
        }
    }

    /// Month of the study in which it starts, from 0.
    #[must_use]
    pub fn start(&self) -> usize {
        let from_month = match self {
            Self::Batch(lever) => lever.from_month,
            Self::PromptCaching(lever) => lever.from_month,
            Self::Routing(lever) => lever.from_month,
            Self::PromptOptimization(lever) => lever.from_month,
            Self::FineTuning(lever) => lever.from_month,
            Self::Efficiency(lever) => lever.from_month,
            Self::PriceRatio(lever) => lever.from_month,
            Self::Deferrable(_) => 1,
        };
        from_month - 1
    }

    /// The parameters that may be uncertain, by field name.
    pub fn params(&mut self) -> Vec<(&'static str, &mut Param)> {
        match self {
            Self::Batch(l) => {
                vec![("share", &mut l.share), ("price_multiple", &mut l.price_multiple)]
            }
            Self::PromptCaching(l) => {
                let stated = l.prompt_tokens.as_mut().map(|p| ("prompt_tokens", p));
                let own = [("share", &mut l.share), ("base_tokens", &mut l.base_tokens)];
                own.into_iter().chain(stated).collect()
            }
            Self::Routing(l) => {
                let stated = l.price_ratio.as_mut().map(|p| ("price_ratio", p));
                [("share", &mut l.share)].into_iter().chain(stated).collect()
            }
            Self::PromptOptimization(l) => vec![("input_factor", &mut l.input_factor)],
            Self::FineTuning(l) => vec![
                ("premium", &mut l.premium),
                ("training", &mut l.training),
                ("hosting_per_hour", &mut l.hosting_per_hour),
            ],
            Self::Efficiency(l) => vec![("reduction", &mut l.reduction)],
            Self::PriceRatio(l) => vec![("ratio", &mut l.ratio)],
            Self::Deferrable(_) => Vec::new(),
        }
    }

    /// Whether anything is paid for apart from the units.
    #[must_use]
    pub fn has_bill(&self) -> bool {
        matches!(self, Self::Batch(_) | Self::Routing(_) | Self::FineTuning(_))
    }

    /// Changes the work of path `i`.
    pub fn apply(&self, params: &[Lane], i: usize, work: &mut Work) {
        match self {
            Self::Batch(l) => {
                let share = l.share.of(params)[i];
                work.apart += share * work.usd() * l.price_multiple.of(params)[i];
                work.scale(1.0 - share);
            }
            Self::PromptCaching(l) => {
                let prompt = l.of_requests.as_ref().or(l.prompt_tokens.as_ref());
                let prompt = prompt.map_or(f64::INFINITY, |p| p.of(params)[i]);
                let of_prompt = (l.base_tokens.of(params)[i] / prompt).min(1.0);
                let input = work.amounts[0] + work.amounts[1];
                let found = (l.share.of(params)[i] * of_prompt * input).min(work.amounts[0]);
                work.amounts[0] -= found;
                work.amounts[1] += found;
            }
            Self::Routing(l) => {
                let share = l.share.of(params)[i];
                let ratio = l.price_ratio.as_ref().map_or(0.0, |p| p.of(params)[i]);
                let every = match l.small_prices {
                    Some(prices) => Work { prices, ..*work }.usd(),
                    None => ratio * work.usd(),
                };
                work.apart += match l.small_sees {
                    SmallSees::All => every,
                    SmallSees::Rest => (1.0 - share) * every,
                };
                work.scale(share);
            }
            Self::PromptOptimization(l) => {
                let factor = l.input_factor.of(params)[i];
                work.amounts[0] *= factor;
                work.amounts[1] *= factor;
            }
            Self::FineTuning(l) => work.reprice(1.0 + l.premium.of(params)[i]),
            Self::Efficiency(l) => work.scale(1.0 - l.reduction.of(params)[i]),
            Self::PriceRatio(l) => work.reprice(l.ratio.of(params)[i]),
            Self::Deferrable(_) => {}
        }
    }

    /// What month `t` costs on path `i` whatever the load is, USD.
    #[must_use]
    pub fn fixed(&self, params: &[Lane], i: usize, t: usize) -> f64 {
        let Self::FineTuning(l) = self else { return 0.0 };
        let hosting = l.hosting_per_hour.of(params)[i] * l.hours_per_month;
        match t.cmp(&(l.from_month - 1)) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => l.training.of(params)[i] + hosting,
            std::cmp::Ordering::Greater => hosting,
        }
    }
}
