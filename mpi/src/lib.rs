//! waterline over the ranks of an MPI job, to the bytes of one process.
//!
//! ```sh
//! cargo build --release -p waterline-mpi      # needs an MPI library and libclang
//! mpirun -n 4 target/release/waterline-mpi run study.toml --threads 1
//! ```
//!
//! Each rank settles a range of the units of every pass. The shares go round rank by rank and are
//! joined in the order of the units on all ranks, never summed by MPI, whose order depends on the
//! number of ranks. So all ranks know the same totals and take the same next step. A rank that
//! panics or is stopped ends the job.
//!
//! `mpirun` binds each of two ranks to one core: use `--bind-to none`, or `--map-by slot:PE=n`,
//! with `--threads n`.

use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};
use waterline::simulate::{Executor, Forgetful, Pass, Share, Stopped};

/// Bytes of one message: counts of MPI are 32 bits wide.
const MESSAGE: usize = 1 << 28;

/// Exit code of a job that a panic ended.
pub const BROKEN: i32 = 70;

/// The ranks of the world, each settling its part of every pass.
pub struct World;

impl World {
    /// What rank `rank` has, on all ranks; `own` counts there alone.
    fn from_rank(rank: i32, own: &[u8]) -> Vec<u8> {
        let world = SimpleCommunicator::world();
        let root = world.process_at_rank(rank);
        let sends = world.rank() == rank;
        let mut length = own.len() as u64;
        root.broadcast_into(&mut length);
        let mut bytes = if sends { own.to_vec() } else { vec![0; length as usize] };
        for message in bytes.chunks_mut(MESSAGE) {
            root.broadcast_into(message);
        }
        bytes
    }

    /// Whether all ranks say yes.
    fn all(yes: bool) -> bool {
        let mut sum = 0;
        let world = SimpleCommunicator::world();
        world.all_reduce_into(&i32::from(yes), &mut sum, SystemOperation::sum());
        sum == world.size()
    }
}

/// Whether all ranks bring the same text.
#[must_use]
pub fn agree(own: &str) -> bool {
    World::all(World::from_rank(0, own.as_bytes()) == own.as_bytes())
}

impl Executor for World {
    fn execute(&self, pass: &Pass<'_>) -> Result<Share, Stopped> {
        let world = SimpleCommunicator::world();
        let units = pass.range(world.rank() as u64, world.size() as u64);
        let series: Vec<usize> = (0..pass.ids().len()).collect();
        let own =
            pass.settle(&series, pass.nothing(series.len(), units.start), units.end, &Forgetful);
        // A rank that is stopped says so here, where the others listen.
        if !Self::all(own.is_ok()) {
            return Err(Stopped);
        }
        let own = postcard::to_stdvec(&own?).expect("a share can always be written");
        let mut whole = pass.nothing(series.len(), 0);
        for rank in 0..world.size() {
            let bytes = Self::from_rank(rank, &own);
            whole.append(postcard::from_bytes(&bytes).expect("a share, whole"));
        }
        Ok(whole)
    }
}

/// A rank that panics would leave the others waiting for ever.
pub fn abort_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |what| {
        report(what);
        SimpleCommunicator::world().abort(BROKEN);
    }));
}

/// Starts MPI: only the main thread of a rank talks to the others. `None` if it was started before,
/// or allows no threads beside.
#[must_use]
pub fn begin() -> Option<Universe> {
    let (universe, threading) = mpi::initialize_with_threading(Threading::Funneled)?;
    (threading >= Threading::Funneled).then_some(universe)
}
