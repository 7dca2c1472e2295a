//! A rank that panics ends the job: the others do not wait for it for ever.
//!
//! A program of its own, without the harness of tests: it starts itself under `mpirun`.

#![allow(clippy::print_stdout, reason = "tests say what they skipped")]

use mpi::traits::{Communicator, CommunicatorCollectives};
use std::process::Command;
use waterline_mpi::{BROKEN, abort_on_panic, begin};

fn main() {
    if std::env::args().any(|argument| argument == "--rank") {
        return rank();
    }
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new("timeout");
    command.args(["60", "mpirun", "--oversubscribe", "-n", "2"]).arg(program).arg("--rank");
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    match command.output() {
        Ok(done) if done.status.code() != Some(127) => {
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(said.contains("on purpose"), "{said}");
            assert_eq!(done.status.code(), Some(BROKEN), "{said}");
            println!("a rank that panics ends the job ... ok");
        }
        _ => println!("skipped: mpirun is not installed (Debian: apt-get install openmpi-bin)"),
    }
}

fn rank() {
    let universe = begin().expect("MPI");
    abort_on_panic();
    let world = universe.world();
    assert!(world.rank() == 0, "on purpose");
    world.barrier();
}
