//! Shapley shares of the clauses in what they are worth together.
//!
//! ```text
//! share(i) = mean over orders of (cost before i is added - cost after)
//! ```
//!
//! over all orders where the clauses are few, over random ones and their reverses beyond (Shapley
//! 1953; Castro, Gomez and Tejada 2009). Shares add up to the whole value to rounding.

use super::estimate;
use super::sets::CellCost;
use crate::rng::{philox, stream_key};
use crate::stats::Estimate;
use std::collections::BTreeMap;

/// Most clauses whose every set is valued.
const EXACT: usize = 8;

/// Random orders beyond, each with its reverse.
const ORDERS: usize = 8;

/// Shares of the value.
pub(super) struct Shares {
    /// By clause, USD; none where sets are missing.
    pub of_clause: Vec<Option<Estimate>>,
    /// How they were computed.
    pub words: String,
}

/// Random orders, or none where every set is valued.
pub(super) fn orders(count: usize, seed: u64) -> Vec<Vec<usize>> {
    if count <= EXACT {
        return Vec::new();
    }
    let key = stream_key(seed, "orders of clauses");
    let mut all = Vec::new();
    for order in 0..ORDERS {
        let mut list: Vec<usize> = (0..count).collect();
        for k in (1..count).rev() {
            let word = philox([order as u32, k as u32, 0, 0], key)[0];
            list.swap(k, ((u64::from(word) * (k as u64 + 1)) >> 32) as usize);
        }
        let reverse = list.iter().rev().copied().collect();
        all.extend([list, reverse]);
    }
    all
}

/// The sets that shares need.
pub(super) fn sets(count: usize, orders: &[Vec<usize>]) -> Vec<u64> {
    if orders.is_empty() {
        return (0..1 << count).collect();
    }
    let prefixes = |order: &Vec<usize>| {
        let sets = order.iter().scan(0u64, |set, k| {
            *set |= 1 << k;
            Some(*set)
        });
        sets.collect::<Vec<_>>()
    };
    orders.iter().flat_map(prefixes).collect()
}

impl Shares {
    /// From the costs of the sets; without all of them there are no shares.
    pub(super) fn of(count: usize, orders: &[Vec<usize>], costs: &BTreeMap<u64, CellCost>) -> Self {
        let gain = |k: usize, without: u64, r: usize| {
            Some(costs.get(&without)?.policy[r] - costs.get(&(without | 1 << k))?.policy[r])
        };
        let replicates = costs[&0].policy.len();
        let of_clause = (0..count).map(|k| {
            let share = |r: usize| -> Option<f64> {
                if orders.is_empty() {
                    let others = (0..1u64 << count).filter(|set| set >> k & 1 == 0);
                    return others.map(|set| Some(weight(count, set) * gain(k, set, r)?)).sum();
                }
                let gains = orders.iter().map(|order| {
                    let before =
                        order.iter().take_while(|j| **j != k).fold(0, |set, j| set | 1 << j);
                    gain(k, before, r)
                });
                let sum: Option<f64> = gains.sum();
                Some(sum? / orders.len() as f64)
            };
            let shares: Option<Vec<f64>> = (0..replicates).map(share).collect();
            shares.map(|shares| estimate(shares.into_iter()))
        });
        let of_clause: Vec<Option<Estimate>> = of_clause.collect();
        let words = if of_clause.iter().any(Option::is_none) {
            String::new()
        } else if orders.is_empty() {
            format!("Shapley shares over all {} sets of clauses", 1u64 << count)
        } else {
            format!("Shapley shares over {} random orders of the clauses", orders.len())
        };
        Self { of_clause, words }
    }
}

/// The share of orders in which just this set stands before a clause that is not in it.
fn weight(count: usize, set: u64) -> f64 {
    let before = set.count_ones() as usize;
    // before! (count - before - 1)! / count!
    let choose = (0..before).fold(1.0, |c, k| c * (count - 1 - k) as f64 / (k + 1) as f64);
    1.0 / (count as f64 * choose)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(of: impl Fn(u64) -> f64, count: usize) -> BTreeMap<u64, CellCost> {
        let cost = |set| CellCost { policy: vec![of(set); 2], dual: None };
        (0..1 << count).map(|set| (set, cost(set))).collect()
    }

    /// The textbook glove game: left gloves of 1 and 2, a right glove of 3, worth 1 as a pair. Shares
    /// 1/6, 1/6, 4/6.
    #[test]
    fn gloves_are_shared_as_in_the_textbook() {
        let cost = |set: u64| if set & 4 != 0 && set & 3 != 0 { -1.0 } else { 0.0 };
        let shares = Shares::of(3, &[], &costs(cost, 3));
        for (share, exact) in shares.of_clause.iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
            assert!((share.expect("a share").value - exact).abs() < 1e-15);
        }
    }

    #[test]
    fn shares_of_orders_add_up_to_the_whole() {
        let cost = |set: u64| -(f64::from(set.count_ones()).powi(2)) - (set & 5) as f64;
        let orders = orders(7, 3);
        let shares = Shares::of(7, &orders, &costs(cost, 7));
        let sum: f64 = shares.of_clause.iter().flatten().map(|share| share.value).sum();
        assert!((sum - (cost(0) - cost(127))).abs() < 1e-12);
    }
}
