//! What the machine is: processor, memory, system. What the system does not tell is left out.

use super::results::{Cache, Machine};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Describes this machine.
#[must_use]
pub fn describe() -> Machine {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    Machine {
        processor: field(&info, "model name")
            .or_else(|| asked("machdep.cpu.brand_string"))
            .or_else(|| std::env::var("PROCESSOR_IDENTIFIER").ok())
            .unwrap_or_else(|| "unknown processor".into()),
        architecture: std::env::consts::ARCH.into(),
        physical_cores: cores(&info).or_else(|| asked("hw.physicalcpu")?.parse().ok()),
        logical_cores: available.max(fields(&info, "processor").count()),
        caches: caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
        memory_bytes: memory().or_else(|| asked("hw.memsize")?.parse().ok()),
        system: system(),
        vector_level: crate::simd::level().name().into(),
    }
}

/// The values of a field of `/proc/cpuinfo`, one per processor.
fn fields<'a>(info: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = info.lines().filter_map(|line| line.split_once(':'));
    parts.filter(move |(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

fn field(info: &str, name: &str) -> Option<String> {
    fields(info, name).find(|value| !value.is_empty()).map(str::to_owned)
}

/// Distinct cores of all sockets; none where the file does not number them.
fn cores(info: &str) -> Option<usize> {
    let sockets = fields(info, "physical id");
    let all: BTreeSet<(&str, &str)> = sockets.zip(fields(info, "core id")).collect();
    (!all.is_empty()).then_some(all.len())
}

/// What macOS says about itself; none elsewhere.
fn asked(key: &str) -> Option<String> {
    if !cfg!(target_os = "macos") {
        return None;
    }
    let said = Command::new("sysctl").args(["-n", key]).output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The caches below a folder of Linux's `/sys`, in its order.
fn caches(folder: &Path) -> Vec<Cache> {
    let read = |index: usize, what: &str| {
        let text = fs::read_to_string(folder.join(format!("index{index}")).join(what)).ok()?;
        Some(text.trim().to_owned())
    };
    let cache = |index: usize| {
        let suffix = match read(index, "type")?.as_str() {
            "Data" => "d",
            "Instruction" => "i",
            _ => "",
        };
        let name = format!("L{}{suffix}", read(index, "level")?);
        Some(Cache { name, bytes: bytes(&read(index, "size")?)? })
    };
    (0..8).map_while(cache).collect()
}

/// Bytes of a size such as `48K`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shift = match &text[digits.len()..] {
        "" => 0,
        "K" | "kB" => 10,
        "M" => 20,
        "G" => 30,
        _ => return None,
    };
    digits.trim().parse::<u64>().ok()?.checked_shl(shift)
}

fn memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    bytes(&field(&info, "MemTotal")?.replace(' ', ""))
}

/// Name of the system with its version.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = line.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    match (kernel.trim(), asked("kern.osproductversion")) {
        ("", None) => name.to_owned(),
        ("", Some(version)) => format!("{name} {version}"),
        (kernel, _) => format!("{name}, kernel {kernel}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cores with two threads each.
    const INFO: &str = "processor\t: 0\nmodel name\t: A CPU @ 2 GHz\nphysical id\t: 0\ncore id\t\t: 0\n\n\
        processor\t: 1\nmodel name\t: A CPU @ 2 GHz\nphysical id\t: 0\ncore id\t\t: 1\n\n\
        processor\t: 2\nmodel name\t: A CPU @ 2 GHz\nphysical id\t: 0\ncore id\t\t: 0\n\n\
        processor\t: 3\nmodel name\t: A CPU @ 2 GHz\nphysical id\t: 0\ncore id\t\t: 1\n";

    #[test]
    fn processors_are_counted_by_core_and_thread() {
        assert_eq!(field(INFO, "model name").as_deref(), Some("A CPU @ 2 GHz"));
        assert_eq!((cores(INFO), fields(INFO, "processor").count()), (Some(2), 4));
        assert_eq!(cores("processor : 0\nBogoMIPS : 50\n"), None, "as on ARM");
    }

    #[test]
    fn sizes_have_units() {
        let sizes = ["48K", "32M", "512", "16384kB", "x", "1T"].map(bytes);
        let known = [Some(48 << 10), Some(32 << 20), Some(512), Some(16 << 20), None, None];
        assert_eq!(sizes, known);
        assert_eq!(caches(Path::new("/nowhere")), []);
    }

    #[test]
    fn some_machine_is_described() {
        let machine = describe();
        assert!(!machine.processor.is_empty() && !machine.system.is_empty());
        assert!(machine.logical_cores >= 1);
    }
}
