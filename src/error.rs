//! What can be wrong with an input, before anyone knows where in which file it stands.

/// Something wrong with a value, in the user's words.
///
/// Types check themselves and return problems; [`crate::input`] adds the file and the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, relative to the table that was checked; empty for the table itself.
    pub field: String,
    /// Stable identifier of the kind of problem, as in `[out-of-range]`.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    /// A problem of `field`.
    #[must_use]
    pub fn new(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), code, message: message.into(), help: help.into() }
    }

    /// The same problem seen from the table that contains `table`.
    #[must_use]
    pub fn inside(mut self, table: &str) -> Self {
        self.field = match (table.is_empty(), self.field.is_empty()) {
            (true, _) => self.field,
            (false, true) => table.to_owned(),
            (false, false) => format!("{table}.{}", self.field),
        };
        self
    }
}
