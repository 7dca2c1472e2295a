//! Memory against the number of paths.

use super::rates::{Effort, Task};
use super::reference::Reference;
use super::results::Memory;
use super::{Through, Unfinished, on_threads};
use crate::analysis::Watcher;
use crate::path::Points;
use crate::study::Study;

/// Peak memory of this process so far, bytes; none where the system does not tell.
fn peak() -> Option<u64> {
    peak_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The peak that `/proc/self/status` states, in kibibytes there.
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Measures the works of one size and of 64 sizes.
///
/// A peak never falls. The works come by how much they take, and each at few paths first, so that
/// every new peak is due to the further paths.
pub(super) fn measure(
    effort: Effort,
    threads: usize,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<Vec<Memory>, Unfinished> {
    let (few, many) = effort.memory;
    let mut found = Vec::new();
    for work in [Reference::R2, Reference::R1] {
        watcher.stage(&format!("memory, {}", work.name()));
        let run = |paths: u64| {
            on_threads(threads, || {
                work.run(study, Points::Pseudo, paths, 1, &Through(watcher)).map(|_| peak())
            })
        };
        let (before, after) = (run(few)?, run(many)?);
        if let (Some(before), Some(after)) = (before, after) {
            let growth = (after - before) as f64 / (many - few) as f64;
            found.push(Memory {
                task: work.name().into(),
                title: Task::Reference(work, study).title(),
                paths: many,
                peak_bytes: after,
                bytes_per_million_paths: 1e6 * growth,
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_where_the_system_tells() {
        assert_eq!(peak_in("Name:\tx\nVmHWM:\t    2120 kB\nVmRSS:\t 2 kB\n"), Some(2120 << 10));
        assert_eq!(peak_in("Name:\tx\n"), None);
        if cfg!(target_os = "linux") {
            assert!(peak().expect("Linux tells") > 1 << 20);
        }
    }
}
