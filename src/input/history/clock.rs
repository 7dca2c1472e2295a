//! Timestamps of usage files: with an offset, or local time of a zone that changes its clocks.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::collections::BTreeSet;

/// Reads timestamps in file order; local times that occur twice in autumn are told apart by it.
pub(super) struct Clock {
    zone: TimeZone,
    seen: BTreeSet<DateTime>,
}

/// Why a text is no timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// Not a date and time at all.
    Unreadable,
    /// A local time that the zone skips in spring.
    Skipped,
}

impl Clock {
    /// A clock for local times of `zone`.
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, seen: BTreeSet::new() }
    }

    /// The instant that `text` means.
    pub(super) fn read(&mut self, text: &str) -> Result<Timestamp, Bad> {
        let text = text.trim();
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(time);
        }
        let local: DateTime = text.parse().map_err(|_| Bad::Unreadable)?;
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                ambiguous.compatible().map_err(|_| Bad::Unreadable)
            }
            AmbiguousOffset::Gap { .. } => Err(Bad::Skipped),
            // The hour that is lived twice: the first row of a time is the earlier one.
            AmbiguousOffset::Fold { .. } => {
                let first = self.seen.insert(local);
                let time = if first { ambiguous.earlier() } else { ambiguous.later() };
                time.map_err(|_| Bad::Unreadable)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Clock {
        Clock::new(TimeZone::get("Europe/Berlin").expect("the bundled zones"))
    }

    #[test]
    fn offsets_are_obeyed_and_local_times_get_the_zone() {
        let mut clock = berlin();
        let at = |text: &str, clock: &mut Clock| clock.read(text).map(|t| t.to_string());
        assert_eq!(at("2026-01-05T10:00:00Z", &mut clock).as_deref(), Ok("2026-01-05T10:00:00Z"));
        assert_eq!(
            at("2026-01-05 10:00:00+02:00", &mut clock).as_deref(),
            Ok("2026-01-05T08:00:00Z")
        );
        assert_eq!(at("2026-01-05 10:00", &mut clock).as_deref(), Ok("2026-01-05T09:00:00Z"));
        assert_eq!(at("5 January", &mut clock), Err(Bad::Unreadable));
    }

    #[test]
    fn the_hour_lived_twice_is_two_hours_and_the_skipped_one_is_refused() {
        let mut clock = berlin();
        let first = clock.read("2026-10-25T02:00").expect("first");
        let second = clock.read("2026-10-25T02:00").expect("second");
        assert_eq!(second.as_second() - first.as_second(), 3600);
        assert_eq!(clock.read("2026-03-29T02:30"), Err(Bad::Skipped));
    }
}
