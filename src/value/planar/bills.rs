//! What decisions cost by the state of load and price, as the settlement says.
//!
//! A bill has a kink where the load passes the units, and may have a step. A knot therefore stands for
//! the bills around it ([`super::field`]), settled at many loads between it and its neighbors.

use super::Unfit;
use super::field::{FINE, Grid, around};
use super::law::Law;
use crate::math::exp_scaled;
use crate::path::PathBlock;
use crate::rng::{LANES, Lane};
use crate::value::gaussian::noise;
use crate::value::lattice::{Decisions, Edge, Lattice, Scratch};
use rayon::prelude::*;
use std::collections::HashMap;

/// Share of the largest bill that is rounding.
const ROUNDING: f64 = 1e-9;

/// Functions of the state by edge and month; those that are the same are kept once.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// The function of each edge's month.
    pub of: Vec<usize>,
    /// Its values at the knots of the month.
    pub values: Vec<Vec<f64>>,
}

/// Bills of all edges.
pub(super) struct Bills {
    /// Where an edge's months begin, by its number.
    places: Vec<usize>,
    /// Bills by the month's own state.
    pub own: Tables,
    /// Parts of them by the state of the month before, if there are any.
    pub late: Option<Tables>,
}

/// What is billed.
pub(super) struct Billed<'a, B> {
    pub lattice: &'a Lattice,
    pub decisions: B,
    pub law: &'a Law,
    /// Paths of which all but load and price is taken.
    pub calm: &'a PathBlock,
}

/// Which months of a path move.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    All,
    Even,
    Odd,
    None,
}

impl Moves {
    fn has(self, t: usize) -> bool {
        match self {
            Self::All => true,
            Self::Even => t.is_multiple_of(2),
            Self::Odd => !t.is_multiple_of(2),
            Self::None => false,
        }
    }
}

impl Bills {
    /// The place of an edge's month in the tables.
    pub(super) fn place(&self, edge: &Edge, month: usize) -> usize {
        self.places[edge.index] + month
    }
}

impl<B: Decisions> Billed<'_, B> {
    /// Bills at all knots of a grid.
    ///
    /// # Errors
    /// If they are no sum of a part by the month's own state and one by that of the month before.
    pub(super) fn bills(&self, grid: &Grid) -> Result<Bills, Unfit> {
        let (places, months) = self.places();
        let looks_back = self.looks_back(&places, &months)?;
        let still = self.settled(&places, months.len(), Moves::None, &|_, _| [0.0; 2]);
        let still: Option<Vec<f64>> =
            looks_back.then(|| still.iter().map(|bill| bill[0]).collect());
        let tallest = grid.sides.iter().map(|side| side[1]).max().unwrap_or(0) as i64;
        let rows = (-tallest..=tallest).into_par_iter();
        let rows: Vec<Row> =
            rows.map(|j| self.row(grid, (&places, &months), j, still.as_deref())).collect();
        let (own, late): (Vec<Rows>, Vec<Option<Rows>>) =
            rows.into_iter().map(|row| (row.own, row.late)).unzip();
        let late: Option<Vec<Rows>> = late.into_iter().collect();
        let sides = |t: usize| grid.sides[t][1];
        let own = assembled(&own, &months, &sides);
        let late = late.map(|late| assembled(&late, &months, &|t| grid.before(t)[1]));
        Ok(Bills { places, own, late })
    }

    /// Where an edge's months begin, by its number, and the month of each place.
    pub(super) fn places(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut places, mut months) = (vec![0; self.lattice.edges], Vec::new());
        for stage in &self.lattice.stages {
            for edge in stage.nodes.iter().flat_map(|node| &node.edges) {
                places[edge.index] = months.len();
                months.extend(stage.open..stage.close);
            }
        }
        (places, months)
    }

    /// Whether bills depend on the month before. Tried on months that have nothing to do with one
    /// another and go twice as far as they should.
    pub(super) fn looks_back(&self, places: &[usize], months: &[usize]) -> Result<bool, Unfit> {
        let wild =
            |t: usize, i: usize| [0, 1].map(|k| 2.0 * self.law.spread[t][k] * noise(2 * t + k, i));
        let [all, even, odd, none] = [Moves::All, Moves::Even, Moves::Odd, Moves::None]
            .map(|moves| self.settled(places, months.len(), moves, &wild));
        let bills = all.iter().flatten().chain(none.iter().flatten());
        let small = ROUNDING * bills.fold(0.0f64, |most, bill| most.max(bill.abs()));
        let mut looks_back = false;
        for (place, t) in months.iter().enumerate() {
            let (own, other) = if t.is_multiple_of(2) { (&even, &odd) } else { (&odd, &even) };
            for i in 0..LANES {
                let late = other[place][i] - none[place][i];
                looks_back |= late.abs() > small;
                let whole = (all[place][i] - own[place][i] - late).abs() <= small;
                // With the same load and price everywhere paths differ by what is uncertain beside.
                if !whole || (none[place][i] - none[place][0]).abs() > small {
                    return Err(Unfit::Entangled);
                }
            }
        }
        Ok(looks_back)
    }

    /// Bills by place on paths whose months have the states `of`, where they move.
    fn settled(
        &self,
        places: &[usize],
        count: usize,
        moves: Moves,
        of: &dyn Fn(usize, usize) -> [f64; 2],
    ) -> Vec<Lane> {
        let mut paths = self.calm.clone();
        self.set(&mut paths, moves, of);
        let mut out = vec![[0.0; LANES]; count];
        let mut scratch = Scratch::new(paths.load.len());
        self.decisions.bill(self.lattice, &paths, &mut scratch, &mut |_, edge, bills| {
            out[places[edge.index]..][..bills.len()].copy_from_slice(bills);
        });
        out
    }

    /// Puts months of paths in the states `of`, those that do not move in their mean.
    fn set(&self, paths: &mut PathBlock, moves: Moves, of: &dyn Fn(usize, usize) -> [f64; 2]) {
        let law = self.law;
        for t in 0..paths.load.len() {
            let (load, price) = (&mut paths.load[t], &mut paths.on_demand[t]);
            for i in 0..LANES {
                let [x, z] = if moves.has(t) { of(t, i) } else { [0.0; 2] };
                load[i] = law.mean[t][0] + x;
                price[i] = law.mean[t][1] + z + law.tilt[t] * x;
            }
            exp_scaled(load, &[1.0; LANES]);
            exp_scaled(price, &[1.0; LANES]);
        }
    }

    /// Bills at a row of knots: `j` steps of the price from its mean. `still` are those where nothing
    /// moves, if any depend on the month before.
    fn row(
        &self,
        grid: &Grid,
        (places, months): (&[usize], &[usize]),
        j: i64,
        still: Option<&[f64]>,
    ) -> Row {
        let height = j.unsigned_abs() as usize;
        let mut own = Draft::new(months, &|t| grid.sides[t], height);
        let mut late = still.map(|_| Draft::new(months, &|t| grid.before(t), height));
        let z = j as f64 * grid.step[1];
        let widest = grid.sides.iter().map(|side| side[0]).max().unwrap_or(0);
        // The mean around a knot reaches over two steps.
        let end = ((widest + 2) * FINE) as i64;
        let mut paths = self.calm.clone();
        let mut scratch = Scratch::new(paths.load.len());
        let passes = if still.is_some() { &[Moves::Even, Moves::Odd][..] } else { &[Moves::All] };
        for first in (-end..=end).step_by(LANES) {
            for moves in passes {
                let x = |i: usize| (first + i as i64) as f64 * grid.step[0] / FINE as f64;
                self.set(&mut paths, *moves, &|_, i| [x(i), z]);
                self.decisions.bill(self.lattice, &paths, &mut scratch, &mut |_, edge, bills| {
                    for (place, bill) in (places[edge.index]..).zip(bills) {
                        if moves.has(months[place]) {
                            own.add(place, first, bill);
                        } else if let (Some(late), Some(still)) = (&mut late, still) {
                            late.add(place, first, &bill.map(|bill| bill - still[place]));
                        }
                    }
                });
            }
        }
        Row { own: own.rows(months), late: late.map(|late| late.rows(months)) }
    }
}

/// A row of the bills of all edges.
struct Row {
    own: Rows,
    late: Option<Rows>,
}

/// Rows of values; those that are the same are kept once.
struct Rows {
    of: Vec<usize>,
    values: Vec<Vec<f64>>,
}

/// Rows of all places in the making.
struct Draft {
    /// Where the row of each place begins.
    starts: Vec<usize>,
    /// Knots on each side of its middle; none where the row is beyond the month's grid.
    sides: Vec<Option<i64>>,
    values: Vec<f64>,
    weights: Vec<f64>,
}

impl Draft {
    fn new(months: &[usize], sides: &dyn Fn(usize) -> [usize; 2], height: usize) -> Self {
        let sides: Vec<Option<i64>> = months
            .iter()
            .map(|t| Some(sides(*t)).filter(|side| side[1] >= height).map(|side| side[0] as i64))
            .collect();
        let length = |side: &Option<i64>| side.map_or(0, |side| 2 * side as usize + 1);
        let starts =
            sides.iter().scan(0, |sum, side| Some(std::mem::replace(sum, *sum + length(side))));
        let starts = starts.collect();
        let values = vec![0.0; sides.iter().map(length).sum()];
        Self { starts, sides, values, weights: around() }
    }

    /// Adds bills at loads from `first` on, in parts of a step, to the means around the knots.
    fn add(&mut self, place: usize, first: i64, bills: &Lane) {
        let Some(side) = self.sides[place] else { return };
        let row = &mut self.values[self.starts[place]..][..=2 * side as usize];
        if side == 0 {
            // A load that is certain has nothing around it.
            if let Some(bill) = usize::try_from(-first).ok().and_then(|middle| bills.get(middle)) {
                row[0] = *bill;
            }
            return;
        }
        let fine = FINE as i64;
        for (m, bill) in (first..).zip(bills) {
            let knot = m.div_euclid(fine);
            for k in (knot - 1).max(-side)..=(knot + 2).min(side) {
                row[(k + side) as usize] += self.weights[(m + (2 - k) * fine) as usize] * bill;
            }
        }
    }

    fn rows(&self, months: &[usize]) -> Rows {
        let mut rows = Rows { of: Vec::with_capacity(months.len()), values: Vec::new() };
        let mut known: HashMap<(usize, Vec<u64>), usize> = HashMap::new();
        for (place, t) in months.iter().enumerate() {
            let length = self.sides[place].map_or(0, |side| 2 * side as usize + 1);
            let row = &self.values[self.starts[place]..][..length];
            let key = (*t, row.iter().map(|value| value.to_bits()).collect());
            rows.of.push(*known.entry(key).or_insert_with(|| {
                rows.values.push(row.to_vec());
                rows.values.len() - 1
            }));
        }
        rows
    }
}

/// Puts rows on top of each other: of each place those on its month's grid.
fn assembled(rows: &[Rows], months: &[usize], sides: &dyn Fn(usize) -> usize) -> Tables {
    let mut tables = Tables::default();
    let mut known: HashMap<(usize, Vec<usize>), usize> = HashMap::new();
    for (place, t) in months.iter().enumerate() {
        let (middle, side) = (rows.len() / 2, sides(*t));
        let own = &rows[middle - side..=middle + side];
        let key = (*t, own.iter().map(|row| row.of[place]).collect());
        tables.of.push(*known.entry(key).or_insert_with(|| {
            let values = own.iter().flat_map(|row| &row.values[row.of[place]]);
            tables.values.push(values.copied().collect());
            tables.values.len() - 1
        }));
    }
    tables
}
