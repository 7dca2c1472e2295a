//! Rights of the buyer: when a clause lets him act, and when he does.
//!
//! A right has *windows*: it may be exercised when the month after a window opens, from what the
//! closed months show. A *policy* says whether it is. Every exercise is marked in the month in
//! which it is declared ([`crate::ledger::Month::exercised`]) and takes effect when its notice is
//! over; budgets and effects are counted from these marks, so a right holds no state. What a
//! policy sees is [`Opening`], which holds no future.

use super::Opening;
use super::policy::{Commitment, Policy};
use super::windows::rising;
use crate::error::Problem;
use crate::ledger::{Marks, mark, parts};
use crate::rng::{LANES, Lane};

/// Months of a contract year.
const YEAR: usize = 12;

/// `at the end of month 6`, `at the end of months 3 and 6`.
fn at_end_of(months: &[usize]) -> String {
    let all: Vec<String> = months.iter().map(usize::to_string).collect();
    match &all[..] {
        [one] => format!("at the end of month {one}"),
        [first @ .., last] => format!("at the end of months {} and {last}", first.join(", ")),
        [] => "never".into(),
    }
}

/// The parts of a right that is exercised as a whole or not at all.
pub(super) fn undivided() -> u32 {
    1
}

/// Which way an exercise changes the commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// Fewer units, or none.
    Less,
    /// More units.
    More,
}

impl Towards {
    /// On which side of a level of the load it is exercised, in words.
    #[must_use]
    pub fn side(self) -> &'static str {
        match self {
            Self::Less => "below",
            Self::More => "above",
        }
    }
}

/// The right that a clause grants, with the policy of its holder. Months are those of the
/// contract, from 1; the window of a month is at its end.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, read by name")]
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    /// Where in the clause its windows and notice stand, with a dot, for findings.
    pub table: &'static str,
    /// Distance of windows, where they have a rhythm.
    pub every: Option<usize>,
    /// Months of the windows, where they are listed.
    pub months: &'a [usize],
    /// First month that may have a window.
    pub first: usize,
    /// Last month that may have a window.
    pub last: usize,
    /// Whole months from the window to the first month with the new quantity.
    pub notice: usize,
    /// Most exercises in a contract year.
    pub per_year: Option<usize>,
    /// Whether exercises that a year left over may be made later.
    pub carry_over: bool,
    /// Whether one exercise is all.
    pub once: bool,
    /// Months, counted back from a window, in which there may be one exercise at most, in all its
    /// parts. What each does then depends on its window ([`Clause::cancel`](super::Clause::cancel)).
    pub rolling: Option<usize>,
    /// Equal parts of which an exercise may take any number.
    pub parts: u32,
    /// Whether an exercise ends the contract.
    pub ends: bool,
    /// Whether the contract ends with each term unless it was exercised before.
    pub renews: bool,
    /// Whether units wait for an exercise to be reserved.
    pub starts: bool,
    /// Whether the units of an exercise cost the list price of its day.
    pub at_list: bool,
    /// When it is exercised.
    pub policy: &'a Policy,
    /// What it changes.
    pub towards: Towards,
}

impl<'a> Right<'a> {
    /// A right with a window at the end of every month, without notice or limit.
    #[must_use]
    pub fn at_any_month(policy: &'a Policy, towards: Towards) -> Self {
        Self {
            table: "",
            every: Some(1),
            months: &[],
            first: 1,
            last: usize::MAX,
            notice: 0,
            per_year: None,
            carry_over: false,
            once: false,
            rolling: None,
            parts: undivided(),
            ends: false,
            renews: false,
            starts: false,
            at_list: false,
            policy,
            towards,
        }
    }

    /// Whether an exercise leaves fewer units, or none.
    #[must_use]
    pub fn gives_up(&self) -> bool {
        self.towards == Towards::Less || self.ends
    }

    /// Whether the month has a window at its end.
    #[must_use]
    pub fn has_window(&self, month: usize) -> bool {
        let listed = match self.every {
            // The first month of a new term comes when the notice is over.
            Some(term) if self.renews => (month + self.notice).is_multiple_of(term),
            Some(every) => month.is_multiple_of(every),
            None => self.months.contains(&month),
        };
        listed && (self.first.max(1)..=self.last).contains(&month)
    }

    /// Which paths exercise the right as the month opens, as marks at its `place`: as few parts as
    /// leave the policy nothing to want. `commitment` are the units of a month under all that is
    /// declared and so many more exercises of this right.
    #[must_use]
    pub fn exercised(
        &self,
        opening: Opening<'_>,
        place: usize,
        commitment: &dyn Fn(usize, f64) -> Lane,
    ) -> Marks {
        let window = opening.month;
        let mut marks = [0; LANES];
        if !self.has_window(window) || matches!(self.policy, Policy::Never) {
            return marks;
        }
        let (limit, from) = self.limit(window);
        let counted = |marked: u32| if self.rolling.is_some() { marked } else { marked.min(1) };
        let taken = self.sum((opening, place), (from, window), counted);
        for taking in 0..self.parts {
            let share = self.times(taking);
            let left = |at| commitment(at, share);
            let wants = self.wants(opening, &left);
            if wants == [false; LANES] {
                break;
            }
            let units = left(window);
            for i in 0..LANES {
                let more = self.rolling.map_or(0.0, |_| f64::from(taking));
                let may = taken[i] + more < limit && units[i] > 0.0;
                if wants[i] && may && marks[i] == mark(place, taking) {
                    marks[i] = mark(place, taking + 1);
                }
            }
        }
        marks
    }

    fn wants(&self, opening: Opening<'_>, commitment: &Commitment<'_>) -> [bool; LANES] {
        match self.policy {
            Policy::Never => [false; LANES],
            Policy::Declared(declared) => [declared.months.contains(&opening.month); LANES],
            Policy::Threshold(threshold) => threshold.wants(opening, self.towards, commitment),
            Policy::Fitted(fitted) => fitted.wants(opening, self.towards, commitment),
        }
    }

    /// So many parts, in exercises.
    #[must_use]
    pub fn times(&self, parts: u32) -> f64 {
        f64::from(parts) / f64::from(self.parts)
    }

    /// Most exercises up to and with a window, or most parts of them where the limit rolls; and the
    /// first month from which they count.
    #[must_use]
    pub fn limit(&self, window: usize) -> (f64, usize) {
        let year = (window - 1) / YEAR;
        if let Some(months) = self.rolling {
            return (f64::from(self.parts), (window + 1).saturating_sub(months).max(1));
        }
        match self.per_year {
            _ if self.once => (1.0, 1),
            None => (f64::INFINITY, window),
            Some(most) if self.carry_over => (most as f64 * (year + 1) as f64, 1),
            Some(most) => (most as f64, year * YEAR + 1),
        }
    }

    /// Sums of what `count` makes of the parts exercised at the windows of months `from..until`.
    fn sum(
        &self,
        (opening, place): (Opening<'_>, usize),
        (from, until): (usize, usize),
        count: impl Fn(u32) -> u32,
    ) -> Lane {
        let mut sum = [0.0; LANES];
        let until = until.min(opening.closed.len());
        for month in (from..until).filter(|month| self.has_window(*month)) {
            let marks = &opening.closed[month].exercised;
            for i in 0..LANES {
                sum[i] += f64::from(count(parts(marks[i], place)));
            }
        }
        sum
    }

    /// What was exercised on each path at the windows before month `until`, in exercises: a part
    /// counts as what it is.
    fn count(&self, opening: Opening<'_>, place: usize, until: usize) -> Lane {
        let of_one = f64::from(self.parts);
        self.sum((opening, place), (1, until), |parts| parts).map(|parts| parts / of_one)
    }

    /// The windows whose exercises are in effect in this month, with their marks; those of this
    /// month are `now`.
    pub fn windows_in_effect<'m>(
        &self,
        opening: Opening<'m>,
        now: &'m Marks,
    ) -> impl Iterator<Item = (usize, &'m Marks)> {
        let until = (opening.month + 1).saturating_sub(self.notice);
        let closed = (1..until.min(opening.closed.len()))
            .map(move |month| (month, &opening.closed[month].exercised));
        closed.chain((self.notice == 0 && opening.month > 0).then_some((opening.month, now)))
    }

    /// Exercises before this month, in effect or under notice.
    #[must_use]
    pub fn declared(&self, opening: Opening<'_>, place: usize) -> Lane {
        self.count(opening, place, opening.month)
    }

    /// Exercises in effect in this month, whose own marks are `now`.
    #[must_use]
    pub fn in_effect(&self, opening: Opening<'_>, place: usize, now: &Marks) -> Lane {
        let until = (opening.month + 1).saturating_sub(self.notice);
        let mut count = self.count(opening, place, until);
        if self.notice == 0 {
            for i in 0..LANES {
                count[i] += self.times(parts(now[i], place));
            }
        }
        count
    }

    /// Whether an exercise can take effect within the first `months` of the contract.
    #[must_use]
    pub fn can_matter(&self, months: usize) -> bool {
        let used = |month: usize| match self.policy {
            Policy::Never => false,
            Policy::Declared(declared) => declared.months.contains(&month),
            Policy::Threshold(_) | Policy::Fitted(_) => true,
        };
        let mut all = 1..months.saturating_sub(self.notice);
        all.any(|month| self.has_window(month) && used(month))
    }

    /// What is wrong with it in a contract that is in force for `months`.
    #[must_use]
    pub fn check(&self, months: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(late) = self.months.iter().find(|month| **month > months) {
            problems.push(Problem::new(
                format!("{}months", self.table),
                "beyond-term",
                format!(
                    "the window of month {late} comes after the contract's last month, {months}"
                ),
                "keep the windows within the contract",
            ));
        }
        if self.first > months {
            problems.push(Problem::new(
                "after_month",
                "beyond-term",
                format!("the right begins with month {}, the contract has {months}", self.first),
                "let it begin within the contract",
            ));
        }
        // A right to renew has its notice within a term, which is checked there.
        if self.notice >= months && !self.renews {
            problems.push(Problem::new(
                format!("{}notice_months", self.table),
                "beyond-term",
                format!("a notice of {} months outlasts the contract's {months}", self.notice),
                "shorten the notice, or lengthen the contract",
            ));
        }
        if let Policy::Declared(declared) = self.policy {
            problems.extend(self.check_declared(&declared.months));
        }
        problems
    }

    /// Declared months must be windows, and within the budget.
    fn check_declared(&self, months: &[usize]) -> Option<Problem> {
        let field = "policy.months";
        let order = rising(field, months);
        if order.is_some() {
            return order;
        }
        if let Some(closed) = months.iter().find(|month| !self.has_window(**month)) {
            let message = format!("the right has no window at the end of month {closed}");
            let help = format!("declare it at a window: {}", self.windows_in_words());
            return Some(Problem::new(field, "no-window", message, help));
        }
        let each = if self.rolling.is_some() { f64::from(self.parts) } else { 1.0 };
        let over = months.iter().find(|&&month| {
            let (limit, from) = self.limit(month);
            each * months.iter().filter(|m| (from..=month).contains(m)).count() as f64 > limit
        })?;
        let message = format!("at the end of month {over} no exercise is left");
        Some(Problem::new(
            field,
            "over-budget",
            message,
            "declare no more than the contract grants",
        ))
    }

    /// Whether each path's contract has run out by this month of it, for want of exercises that are
    /// in effect; those of this month are `now`.
    #[must_use]
    pub fn has_lapsed(&self, opening: Opening<'_>, place: usize, now: &Marks) -> [bool; LANES] {
        let terms = (opening.month / opening.contract.term) as f64;
        let renewed = self.in_effect(opening, place, now);
        renewed.map(|times| self.renews && times < terms)
    }

    /// When it may be exercised.
    fn windows_in_words(&self) -> String {
        match (self.every, self.last) {
            _ if self.renews => "before a term ends".into(),
            (Some(1), usize::MAX) if self.first > 1 => {
                format!("at the end of month {} or a later one", self.first)
            }
            (Some(1), usize::MAX) => "at the end of any month".into(),
            (Some(1), last) => format!("by the end of month {last}"),
            (Some(every), _) => format!("at the end of every {every} months"),
            (None, _) => at_end_of(self.months),
        }
    }

    /// Windows, notice, budget and policy in plain words.
    #[must_use]
    pub fn describe(&self) -> String {
        let windows = self.windows_in_words();
        let notice = match self.notice {
            0 => String::new(),
            1 => ", with 1 month's notice".into(),
            n => format!(", with {n} months' notice"),
        };
        let budget = match (self.once, self.per_year) {
            (true, _) => ", once".into(),
            (false, Some(n)) if self.carry_over => format!(", {n} a year, unused ones later"),
            (false, Some(n)) => format!(", at most {n} a year"),
            (false, None) => String::new(),
        };
        let policy = match self.policy {
            Policy::Never => "never exercised".into(),
            Policy::Declared(declared) => format!("exercised {}", at_end_of(&declared.months)),
            Policy::Threshold(threshold) => threshold.describe(self.towards),
            Policy::Fitted(fitted) => fitted.describe(self.towards),
        };
        let parts = match self.parts {
            1 => String::new(),
            n => format!(", in up to {n} equal parts"),
        };
        format!("{windows}{notice}{budget}{parts}; {policy}")
    }
}
