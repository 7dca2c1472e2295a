//! Named load shapes: the files of `models/workloads/`.
//!
//! To add one: a file there and its line in `SHIPPED`.

use super::findings::did_you_mean;
use crate::curve::{Course, Shape};
use serde::Deserialize;

/// The shipped shapes: name and file.
const SHIPPED: [(&str, &str); 7] = [
    ("flat", include_str!("../../models/workloads/flat.toml")),
    ("office_week", include_str!("../../models/workloads/office_week.toml")),
    ("support_week", include_str!("../../models/workloads/support_week.toml")),
    ("campus_chat", include_str!("../../models/workloads/campus_chat.toml")),
    ("campus_api", include_str!("../../models/workloads/campus_api.toml")),
    ("cloud_large", include_str!("../../models/workloads/cloud_large.toml")),
    ("cloud_small", include_str!("../../models/workloads/cloud_small.toml")),
];

/// A shape file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedShape {
    /// Its name.
    pub id: String,
    /// What it is, in a sentence.
    pub title: String,
    /// Where its statistics come from.
    pub source: String,
    /// When it was made, ISO 8601.
    pub as_of: String,
    /// `week` (hour by hour from Monday) or `duration` (in rising order).
    pub kind: String,
    /// Load of equal stretches of time relative to the mean.
    pub levels: Vec<f64>,
    /// Coefficient of variation within an hour.
    pub burst_cv: f64,
}

impl NamedShape {
    /// The shape of a curve.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape::new(&self.levels, &vec![1.0; self.levels.len()])
    }

    /// The hours in their order, where the file has them in it.
    #[must_use]
    pub fn course(&self) -> Option<Course> {
        let even = self.levels.iter().all(|level| *level == self.levels[0]);
        let ordered = || Course { levels: self.levels.clone(), hours: 1.0 };
        if even { Some(Course::flat()) } else { (self.kind == "week").then(ordered) }
    }
}

/// The names of all shapes.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The shape called `name`, or what to write instead.
///
/// # Errors
/// A sentence that names the nearest or all shapes.
///
/// # Panics
/// If a shipped file does not parse, which a test rules out.
pub fn named(name: &str) -> Result<NamedShape, String> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    match found {
        Some((_, text)) => Ok(toml::from_str(text).expect("shipped shapes parse")),
        None => Err(match did_you_mean(name, names()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("known shapes: {}", names().collect::<Vec<_>>().join(", ")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_shape_is_whole_and_has_mean_one() {
        for name in names() {
            let shape = named(name).expect("shipped");
            assert_eq!(shape.id, name);
            assert!(!shape.title.is_empty() && !shape.source.is_empty());
            let mean = shape.levels.iter().sum::<f64>() / shape.levels.len() as f64;
            assert!((mean - 1.0).abs() < 1e-4, "{name}: mean {mean}");
            assert!(shape.levels.iter().all(|s| *s >= 0.0) && shape.burst_cv >= 0.0);
            assert!(shape.kind == "duration" || shape.levels.len() == 168, "{name}");
        }
        assert!(named("ofice_week").expect_err("unknown").contains("office_week"));
    }
}
