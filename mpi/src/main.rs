//! `waterline-mpi run STUDY` with the options of `waterline run`.

use mpi::traits::Communicator;
use std::process::ExitCode;
use waterline::cli::{Ending, Ranks, run_among};
use waterline_mpi::{World, abort_on_panic, agree, begin};

/// Exit code of a job that was stopped.
const STOPPED: i32 = 130;

fn main() -> ExitCode {
    let universe = begin().expect("an MPI library that lets a rank have threads");
    abort_on_panic();
    let world = universe.world();
    let ranks = Ranks { executor: &World, leader: world.rank() == 0, agree: &agree };
    match run_among(&ranks) {
        Ending::Together(code) => code,
        Ending::Stopped => world.abort(STOPPED),
    }
}
