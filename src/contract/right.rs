//! Rights of the buyer: when a clause lets him act, and when he does.
//!
//! A right has *windows*: it may be exercised when the month after a window opens, from what the
//! closed months show. A *policy* says whether it is. Every exercise is marked in the month in
//! which it is declared ([`crate::ledger::Month::exercised`]) and takes effect when its notice is
//! over; budgets and effects are counted from these marks, so a right holds no state. What a
//! policy sees is [`Opening`], which holds no future.

use super::policy::{Commitment, Policy};
use super::{AnyClause, Clause, Contract, Opening};
use crate::error::Problem;
use crate::ledger::Marks;
use crate::rng::{LANES, Lane};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Months of a contract year.
const YEAR: usize = 12;

/// When a right may be exercised, and how often.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// A window at the end of every so many contract months.
    #[schemars(range(min = 1))]
    pub every_months: Option<usize>,
    /// Instead: windows at the end of these contract months, from 1.
    #[serde(default)]
    #[schemars(inner(range(min = 1)))]
    pub months: Vec<usize>,
    /// Whole months from the window to the first month with the new quantity.
    #[serde(default)]
    pub notice_months: usize,
    /// Most exercises in a contract year (months 1 to 12, 13 to 24, ...).
    #[schemars(range(min = 1))]
    pub per_year: Option<usize>,
    /// Whether exercises that a year left over may be made later.
    #[serde(default)]
    pub carry_over: bool,
}

impl Windows {
    /// The right that these windows give, exercised by `policy`.
    #[must_use]
    pub fn right<'a>(&'a self, policy: &'a Policy, towards: Towards) -> Right<'a> {
        Right {
            table: "windows.",
            every: self.every_months,
            months: &self.months,
            notice: self.notice_months,
            per_year: self.per_year,
            carry_over: self.carry_over,
            ..Right::at_any_month(policy, towards)
        }
    }

    /// What is wrong with the table on its own.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (self.every_months, self.months.is_empty()) {
            (None, true) => problems.push(Problem::new(
                "windows",
                "missing-field",
                "the right has no windows",
                "add `every_months`, as in every_months = 3, or `months`, as in months = [3, 6]",
            )),
            (Some(_), false) => problems.push(Problem::new(
                "windows.months",
                "ambiguous",
                "the right has windows both in a rhythm and by a list",
                "keep one of `every_months` and `months`",
            )),
            _ => {}
        }
        problems.extend(rising("windows.months", &self.months));
        if self.carry_over && self.per_year.is_none() {
            problems.push(Problem::new(
                "windows.carry_over",
                "no-effect",
                "`carry_over` does nothing without a limit for the year",
                "add `per_year`, or take it out",
            ));
        }
        problems
    }
}

/// A list of months must rise.
fn rising(field: &str, months: &[usize]) -> Option<Problem> {
    let pair = months.windows(2).find(|pair| pair[1] <= pair[0])?;
    Some(Problem::new(
        field,
        "order",
        format!("month {} stands after month {}", pair[1], pair[0]),
        "list each month once, in their order",
    ))
}

/// `at the end of month 6`, `at the end of months 3 and 6`.
fn at_end_of(months: &[usize]) -> String {
    let all: Vec<String> = months.iter().map(usize::to_string).collect();
    match &all[..] {
        [one] => format!("at the end of month {one}"),
        [first @ .., last] => format!("at the end of months {} and {last}", first.join(", ")),
        [] => "never".into(),
    }
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
    /// Whether an exercise ends the contract.
    pub ends: bool,
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
            ends: false,
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
            Some(every) => month.is_multiple_of(every),
            None => self.months.contains(&month),
        };
        listed && (self.first.max(1)..=self.last).contains(&month)
    }

    /// Which paths exercise the right as the month opens, as marks with the bit of its `place`;
    /// `commitment` are the units of a month under all that is declared.
    #[must_use]
    pub fn exercised(
        &self,
        opening: Opening<'_>,
        place: usize,
        commitment: &Commitment<'_>,
    ) -> Marks {
        let window = opening.month;
        let wants = match self.policy {
            _ if !self.has_window(window) => return [0; LANES],
            Policy::Never => return [0; LANES],
            Policy::Declared(declared) => [declared.months.contains(&window); LANES],
            Policy::Threshold(threshold) => threshold.wants(opening, self.towards, commitment),
            Policy::Fitted(fitted) => fitted.wants(opening, self.towards, commitment),
        };
        let (limit, from) = self.limit(window);
        let taken = self.count(opening, place, from, window);
        let units = if wants == [false; LANES] { [0.0; LANES] } else { commitment(window) };
        std::array::from_fn(|i| u8::from(wants[i] && taken[i] < limit && units[i] > 0.0) << place)
    }

    /// Most exercises up to and with a window, and the first month from which they count.
    #[must_use]
    pub fn limit(&self, window: usize) -> (f64, usize) {
        let year = (window - 1) / YEAR;
        match self.per_year {
            _ if self.once => (1.0, 1),
            None => (f64::INFINITY, window),
            Some(most) if self.carry_over => (most as f64 * (year + 1) as f64, 1),
            Some(most) => (most as f64, year * YEAR + 1),
        }
    }

    /// Exercises on each path at the windows of months `from..until`.
    fn count(&self, opening: Opening<'_>, place: usize, from: usize, until: usize) -> Lane {
        let mut count = [0.0; LANES];
        let until = until.min(opening.closed.len());
        for month in (from..until).filter(|month| self.has_window(*month)) {
            let marks = &opening.closed[month].exercised;
            for i in 0..LANES {
                count[i] += f64::from(marks[i] >> place & 1);
            }
        }
        count
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
        self.count(opening, place, 1, opening.month)
    }

    /// Exercises in effect in this month, whose own marks are `now`.
    #[must_use]
    pub fn in_effect(&self, opening: Opening<'_>, place: usize, now: &Marks) -> Lane {
        let until = (opening.month + 1).saturating_sub(self.notice);
        let mut count = self.count(opening, place, 1, until);
        if self.notice == 0 {
            for i in 0..LANES {
                count[i] += f64::from(now[i] >> place & 1);
            }
        }
        count
    }

    /// Whether an exercise can take effect within the first `months` of the contract.
    #[must_use]
    pub fn can_matter(&self, months: usize) -> bool {
        !matches!(self.policy, Policy::Never)
            && (1..months.saturating_sub(self.notice)).any(|month| self.has_window(month))
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
        if self.notice >= months {
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
        let over = months.iter().find(|&&month| {
            let (limit, from) = self.limit(month);
            months.iter().filter(|m| (from..=month).contains(m)).count() as f64 > limit
        })?;
        let message = format!("at the end of month {over} no exercise is left");
        Some(Problem::new(
            field,
            "over-budget",
            message,
            "declare no more than the contract grants",
        ))
    }

    /// When it may be exercised.
    fn windows_in_words(&self) -> String {
        match (self.every, self.last) {
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
        format!("{windows}{notice}{budget}; {policy}")
    }
}

impl Contract {
    /// The clauses that grant rights, with their places among them.
    pub fn rights(&self) -> impl Iterator<Item = (usize, &dyn Clause, Right<'_>)> {
        let clauses = self.clauses.iter().map(AnyClause::get);
        let rights = clauses.filter_map(|clause| Some((clause, clause.right()?)));
        rights.enumerate().map(|(place, (clause, right))| (place, clause, right))
    }
}
