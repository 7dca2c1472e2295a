//! How many threads, and where they run.

use super::{Failure, whole};
use clap::Args;
use rayon::ThreadPoolBuilder;

/// The threads of a command.
#[derive(Debug, Args)]
pub(super) struct ThreadArgs {
    /// Threads (default: all cores); the results do not depend on it
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    threads: Option<u64>,
    /// Keep each thread on a core of its own, as far as there are cores
    #[arg(long)]
    pin: bool,
}

/// As many as the largest machines have.
fn number(text: &str) -> Result<u64, String> {
    whole(text, 1, 4096)
}

impl ThreadArgs {
    /// Does `work` on these threads.
    pub(super) fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
        let pool = self.builder().build();
        let pool =
            pool.map_err(|e| Failure::Input(format!("error: cannot start the threads: {e}\n")))?;
        Ok(pool.install(work))
    }

    /// Has everything done on these threads that is not installed elsewhere, if any are asked for.
    pub(super) fn install_everywhere(&self) {
        if self.threads.is_some() || self.pin {
            // It fails only where a pool has been in use.
            let _ = self.builder().build_global();
        }
    }

    fn builder(&self) -> ThreadPoolBuilder {
        let builder = ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0) as usize);
        // The cores that this process may use: a scheduler may have given it a few only.
        let cores = if self.pin { core_affinity::get_core_ids() } else { None };
        let Some(cores) = cores.filter(|cores| !cores.is_empty()) else { return builder };
        builder.start_handler(move |thread| {
            // Where the system refuses, the thread runs wherever it is put: nothing but time
            // depends on it.
            core_affinity::set_for_current(cores[thread % cores.len()]);
        })
    }
}
