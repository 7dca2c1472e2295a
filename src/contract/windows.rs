//! The table `windows` of a right: when it may be exercised, and how often.

use super::policy::Policy;
use super::right::{Right, Towards};
use crate::error::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
pub(super) fn rising(field: &str, months: &[usize]) -> Option<Problem> {
    let pair = months.windows(2).find(|pair| pair[1] <= pair[0])?;
    Some(Problem::new(
        field,
        "order",
        format!("month {} stands after month {}", pair[1], pair[0]),
        "list each month once, in their order",
    ))
}
