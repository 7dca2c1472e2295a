//! Timestamps of usage files: with an offset, or local time of a zone that changes its clocks.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::collections::BTreeSet;

/// Reads timestamps in file order; local times that occur twice in autumn are told apart by it.
pub(super) struct Clock {
    zone: TimeZone,
    seen: BTreeSet<DateTime>,
    /// Whether the first time of the file has an offset.
    offset: Option<bool>,
}

/// Why a text is no timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// Not a date and time at all.
    Unreadable,
    /// A number, as in seconds since 1970.
    Number,
    /// A local time that the zone skips in spring.
    Skipped,
    /// With an offset where the first time has none, or the other way round.
    Mixed,
}

impl Bad {
    /// What was found, and what to do.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable => {
                ("an unreadable time", "write ISO 8601, as in 2026-11-21T13:00:00Z")
            }
            Self::Number => (
                "a number in place of a time",
                "write ISO 8601, as in 2026-11-21T13:00:00Z; not seconds since 1970, not days of a spreadsheet",
            ),
            Self::Skipped => (
                "a local time that the clock skips in spring",
                "check `time_zone`; this zone has no such time",
            ),
            Self::Mixed => (
                "a time that has an offset where the first has none, or the other way round",
                "write all times with an offset (`Z` or `+01:00` at the end), or none of them",
            ),
        }
    }
}

impl Clock {
    /// A clock for local times of `zone`.
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, seen: BTreeSet::new(), offset: None }
    }

    /// The instant that `text` means.
    pub(super) fn read(&mut self, text: &str) -> Result<Timestamp, Bad> {
        let text = text.trim();
        if text.parse::<f64>().is_ok() {
            return Err(Bad::Number);
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return self.like_the_first(true).map(|()| instant);
        }
        let local: DateTime = text.parse().map_err(|_| Bad::Unreadable)?;
        self.like_the_first(false)?;
        self.local(local)
    }

    /// All times of a file have an offset, or none has.
    fn like_the_first(&mut self, has_offset: bool) -> Result<(), Bad> {
        let first = *self.offset.get_or_insert(has_offset);
        if first == has_offset { Ok(()) } else { Err(Bad::Mixed) }
    }

    fn local(&mut self, local: DateTime) -> Result<Timestamp, Bad> {
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
        assert_eq!(at("2026-01-05 10:00", &mut clock), Err(Bad::Mixed));
        let mut clock = berlin();
        assert_eq!(at("2026-01-05 10:00", &mut clock).as_deref(), Ok("2026-01-05T09:00:00Z"));
        assert_eq!(at("2026-01-05T10:00:00Z", &mut clock), Err(Bad::Mixed));
        assert_eq!(at("5 January", &mut clock), Err(Bad::Unreadable));
        for number in ["1767607200", "1767607200000", "46027.5"] {
            assert_eq!(at(number, &mut clock), Err(Bad::Number));
        }
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
