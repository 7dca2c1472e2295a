//! Settling the units of a pass on all threads.

use super::place::{Placed, affordable};
use super::plan::Unit;
use super::share::{Executor, Keeper, Pass, SeriesId, Share, Work};
use super::{Experiment, Observer, Plan, Progress, Stopped};
use crate::path::{PathBlock, PathModel, Points};
use crate::rng::{Block, LANES, Lane, Sampler};
use crate::stats::Estimate;
use crate::stats::bins::Bins;
use crate::stats::collector::{Collector, Part, SectionBuilder};
use crate::stats::control::Correction;
use crate::stats::intervals::student_factor;
use crate::stats::moments::Moments;
use crate::stats::sample::Design;
use crate::stats::sample::collected::{Collected, Missing};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Everything that the passes of an experiment need.
pub(super) struct Run<'a, E: Experiment> {
    pub(super) model: &'a PathModel,
    pub(super) plan: &'a Plan,
    pub(super) experiment: &'a E,
    pub(super) observer: &'a dyn Observer,
    pub(super) sampler: &'a dyn Sampler,
    /// Whether its paths are a pilot's.
    pub(super) is_pilot: bool,
}

impl<E: Experiment> Clone for Run<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Experiment> Copy for Run<'_, E> {}

/// Watches a pilot: it may be ended, and tells nothing.
pub(super) struct Quiet<'a>(pub(super) &'a dyn Observer);

impl Observer for Quiet<'_> {
    fn progress(&self, _progress: Progress) {}

    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}

/// Buffers of a thread.
struct Worker<'a, S> {
    paths: PathBlock,
    scratch: S,
    /// Of the series that are collected.
    collectors: Vec<Collector<'a>>,
    /// Room for the values of each series, and to begin at a line of the cache.
    room: Vec<f64>,
}

/// Numbers in a line of the cache. Vectors that straddle two lines take twice as long to load.
const LINE: usize = 8;

/// Room for the values of each series, from the beginning of a line on.
fn aligned(room: &mut [f64]) -> &mut [Lane] {
    let from = room.as_ptr().align_offset(size_of::<[f64; LINE]>()).min(LINE);
    room[from..].as_chunks_mut().0
}

impl<E: Experiment> Run<'_, E> {
    /// As many passes over all paths as it takes to make of each of the given series what is wanted
    /// of it: `take` does, or says what to keep.
    pub(super) fn samples<T: Send>(
        &self,
        executor: &dyn Executor,
        series: &[usize],
        mut placed: Vec<Option<Placed>>,
        take: impl Fn(usize, Collected) -> Result<T, Missing> + Sync,
    ) -> Result<Vec<T>, Stopped> {
        let mut taken: Vec<Option<T>> = series.iter().map(|_| None).collect();
        loop {
            let open = series.iter().zip(&taken).filter(|(_, taken)| taken.is_none());
            let open: Vec<usize> = open.map(|(&s, _)| s).collect();
            if open.is_empty() {
                return Ok(taken.into_iter().flatten().collect());
            }
            let group = affordable(&open, &placed, self.plan.paths);
            for (s, result) in group.iter().zip(self.pass(&group, &placed, executor, &take)?) {
                match result {
                    Ok(t) => {
                        let at = series.iter().position(|open| open == s);
                        taken[at.expect("a group is of the series")] = Some(t);
                    }
                    Err(missing) => {
                        let placed = placed[*s].as_mut().expect("a bin is missing from bins");
                        placed.instead(&missing);
                    }
                }
            }
        }
    }

    /// One pass over all paths, collecting the given series. `take` makes of each, with its
    /// position, what is wanted of it, before the next one takes up memory.
    pub(super) fn pass<T: Send>(
        &self,
        series: &[usize],
        placed: &[Option<Placed>],
        executor: &dyn Executor,
        take: impl Fn(usize, Collected) -> T + Sync,
    ) -> Result<Vec<T>, Stopped> {
        let with_controls = self.with_controls(series);
        let task = Task { run: self, series: &with_controls, placed, units: self.plan.units() };
        let mut share = task.execute(executor)?;
        assert_eq!(share.units, 0..task.units(), "a sample needs every unit");
        let controls: Vec<Vec<f64>> =
            share.series.split_off(series.len()).iter().map(|control| means(control)).collect();
        let correction = Correction::new(&controls).map(Arc::new);
        let joined = series.par_iter().zip(share.series);
        let design = self.plan.design();
        let collected = |(&s, sections): (&usize, Vec<SectionBuilder>)| {
            let collected = Collected::new(design, task.bins(s).cloned(), sections);
            take(s, collected.corrected(correction.clone()))
        };
        Ok(joined.map(collected).collect())
    }

    /// The given series, then the control variates: series beyond those of the experiment.
    fn with_controls(&self, series: &[usize]) -> Vec<usize> {
        let is_quasi = self.plan.points != Points::Pseudo;
        let controls = if self.plan.controlled && is_quasi { self.model.controls() } else { &[] };
        let own = self.experiment.wants().len();
        series.iter().copied().chain((0..controls.len()).map(|k| own + k)).collect()
    }

    /// As much of a pass as is the executor's to contribute.
    pub(super) fn contribute(
        &self,
        series: &[usize],
        placed: &[Option<Placed>],
        executor: &dyn Executor,
    ) -> Result<(), Stopped> {
        let series = &self.with_controls(series);
        let task = Task { run: self, series, placed, units: self.plan.units() };
        task.execute(executor).map(|_| ())
    }
}

/// A pass: some series, their bins, and the units.
struct Task<'a, E: Experiment> {
    run: &'a Run<'a, E>,
    series: &'a [usize],
    placed: &'a [Option<Placed>],
    units: Vec<Unit>,
}

impl<E: Experiment> Task<'_, E> {
    fn execute(&self, executor: &dyn Executor) -> Result<Share, Stopped> {
        let mut names = self.run.experiment.names();
        names.extend(self.run.model.controls().iter().map(|name| format!("control {name}")));
        let id = |&s: &usize| SeriesId::new(&names[s], self.run.plan, self.bins(s));
        executor.execute(&Pass { ids: self.series.iter().map(id).collect(), work: self })
    }

    fn bins(&self, series: usize) -> Option<&Bins> {
        self.placed.get(series).and_then(Option::as_ref).map(|placed| &placed.bins)
    }

    /// Buffers to collect some of the pass's series.
    fn worker(&self, chosen: &[usize]) -> Worker<'_, E::Scratch> {
        let mut paths = self.run.model.block();
        let own = self.run.experiment.wants().len();
        if chosen.iter().any(|&s| s >= own) {
            paths.controls = vec![[0.0; LANES]; self.run.model.controls().len()];
        }
        Worker {
            paths,
            scratch: self.run.experiment.scratch(),
            collectors: chosen.iter().map(|&s| Collector::new(self.bins(s))).collect(),
            room: vec![0.0; LINE + LANES * own],
        }
    }

    /// What a unit yields for these series.
    fn unit(&self, unit: Unit, chosen: &[usize], of: &mut Worker<'_, E::Scratch>) -> Vec<Part> {
        let run = self.run;
        let Worker { paths, scratch, collectors, room } = of;
        let values = aligned(room);
        for offset in (0..unit.count).step_by(LANES) {
            let block = Block { replicate: unit.replicate, first: unit.first + offset };
            run.model.generate(run.sampler, run.plan.points, block, paths);
            paths.of_run = (!run.is_pilot).then_some(block);
            run.experiment.evaluate(paths, scratch, values);
            // The last block of a run may be cut short.
            let count = (unit.count - offset).min(LANES as u64) as usize;
            for (collector, &s) in collectors.iter_mut().zip(chosen) {
                let values = match s.checked_sub(values.len()) {
                    Some(control) => &paths.controls[control],
                    None => run.experiment.values(s, paths, values),
                };
                collector.push(&values[..count]);
            }
        }
        collectors.iter_mut().map(Collector::take).collect()
    }

    /// Settles consecutive units on all threads and adds them in their order.
    fn window(&self, units: Range<u64>, chosen: &[usize], share: &mut Share) {
        let list = &self.units[units.start as usize..units.end as usize];
        let parts: Vec<Vec<Part>> = list
            .par_iter()
            .map_init(|| self.worker(chosen), |worker, unit| self.unit(*unit, chosen, worker))
            .collect();
        for (unit, parts) in list.iter().zip(parts) {
            for (sections, part) in share.series.iter_mut().zip(parts) {
                sections[unit.section].push(unit.index, part);
            }
        }
        share.units.end = units.end;
    }

    /// How far a range is, with the mean of the first series over what is done of it.
    fn tell(&self, chosen: &[usize], done: &Share, fresh: &Share, until: u64) {
        let paths = |units: Range<u64>| -> u64 {
            let list = &self.units[units.start as usize..units.end as usize];
            list.iter().map(|unit| unit.count).sum()
        };
        let sections = |share: &Share| -> Vec<Moments> {
            share.series[0].iter().map(SectionBuilder::moments).collect()
        };
        let headline = (chosen[0] == 0).then(|| {
            let both = sections(done).into_iter().zip(sections(fresh));
            let moments = both.map(|(a, b)| a.merge(b)).filter(|m| m.count > 0);
            headline(self.run.plan.design(), &moments.collect::<Vec<_>>())
        });
        self.run.observer.progress(Progress {
            done: paths(done.units.start..fresh.units.end),
            total: paths(done.units.start..until),
            headline: headline.flatten(),
        });
    }
}

impl<E: Experiment> Work for Task<'_, E> {
    fn units(&self) -> u64 {
        self.units.len() as u64
    }

    fn nothing(&self, series: usize, at: u64) -> Share {
        let sections = self.run.plan.sections().len();
        Share { units: at..at, series: vec![vec![SectionBuilder::default(); sections]; series] }
    }

    fn fits(&self, series: &[usize], share: &Share) -> bool {
        let Range { start, end } = share.units;
        if start > end || end > self.units() || share.series.len() != series.len() {
            return false;
        }
        let mut ranges = vec![0..0; self.run.plan.sections().len()];
        for unit in &self.units[start as usize..end as usize] {
            let range: &mut Range<u64> = &mut ranges[unit.section];
            let from = if range.is_empty() { unit.index } else { range.start };
            *range = from..unit.index + 1;
        }
        share.series.iter().zip(series).all(|(sections, &position)| {
            let bins = self.bins(self.series[position]).map_or(0, Bins::count);
            sections.len() == ranges.len()
                && sections.iter().zip(&ranges).all(|(section, range)| section.holds(range, bins))
        })
    }

    fn settle(
        &self,
        series: &[usize],
        from: Share,
        until: u64,
        keeper: &dyn Keeper,
    ) -> Result<Share, Stopped> {
        let chosen: Vec<usize> = series.iter().map(|&position| self.series[position]).collect();
        let window = (8 * rayon::current_num_threads()).max(64) as u64;
        let mut done = from;
        let mut fresh = self.nothing(series.len(), done.units.end);
        while fresh.units.end < until {
            let next = fresh.units.end..until.min(fresh.units.end + window);
            self.window(next, &chosen, &mut fresh);
            self.tell(&chosen, &done, &fresh, until);
            let stopped = self.run.observer.stopped();
            if keeper.keep(&fresh, stopped || fresh.units.end == until)? {
                let next = self.nothing(series.len(), fresh.units.end);
                done.append(std::mem::replace(&mut fresh, next));
            }
            if stopped {
                return Err(Stopped);
            }
        }
        done.append(fresh);
        Ok(done)
    }
}

/// The mean of each section.
fn means(sections: &[SectionBuilder]) -> Vec<f64> {
    sections.iter().map(|section| section.moments().mean).collect()
}

/// The mean so far, from the sections that have begun; the last one is still growing.
fn headline(design: Design, sections: &[Moments]) -> Option<Estimate> {
    let all = sections.iter().fold(Moments::default(), |a, b| a.merge(*b));
    match design {
        Design::Independent => {
            let error = (all.variance() / all.count as f64).sqrt();
            Some(Estimate::symmetric(all.mean, error, 1.96))
        }
        Design::Replicated if sections.len() >= 3 => {
            let means: Vec<f64> = sections[..sections.len() - 1].iter().map(|m| m.mean).collect();
            let error = Moments::of(&means).sd() / (means.len() as f64).sqrt();
            Some(Estimate::symmetric(all.mean, error, student_factor(means.len())))
        }
        Design::Replicated => None,
    }
}
