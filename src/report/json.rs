//! Results as JSON: everything, versioned by [`crate::results::FORMAT`].

use crate::results::Results;

/// The results as indented JSON with a line feed at the end.
///
/// # Panics
/// Never: results hold nothing that JSON cannot.
#[must_use]
pub fn render(results: &Results) -> String {
    let mut text = serde_json::to_string_pretty(results).expect("results are JSON");
    text.push('\n');
    text
}

/// Results from their JSON.
///
/// # Errors
/// What is wrong with the text, in one sentence.
pub fn read(text: &str) -> Result<Results, String> {
    let results: Results = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if results.format != crate::results::FORMAT {
        return Err(format!(
            "the results have the format {}, this version reads {}",
            results.format,
            crate::results::FORMAT
        ));
    }
    Ok(results)
}
