//! One page to show and print.
use crate::results::Results;
/// The page.
#[must_use]
pub fn render(_results: &Results) -> String {
    String::new()
}
