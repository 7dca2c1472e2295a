//! The load over the hours of a month.

use super::Builder;
use super::workload::Stated;
use crate::curve::{Course, LoadCurve, Shape};
use crate::input::shapes;
use crate::input::study_file::{LevelsTable, ShapeTable};

/// A resolved shape.
pub(super) struct Form {
    pub shape: Shape,
    /// The same in the order of time, where that is known.
    pub course: Option<Course>,
    /// Start of the usage file that it was measured in.
    pub measured_from: Option<String>,
    pub burst_cv: f64,
    pub description: String,
}

impl Form {
    fn new(course: Course, description: impl Into<String>) -> Self {
        Self {
            shape: course.shape(),
            course: Some(course),
            measured_from: None,
            burst_cv: 0.0,
            description: description.into(),
        }
    }

    pub(super) fn curve(&self) -> LoadCurve {
        LoadCurve::new(self.shape.clone(), self.burst_cv)
    }
}

impl Builder {
    /// The shape of a workload; `measured` is that of its usage file and the file's start.
    pub(super) fn form(
        &mut self,
        stated: &Stated,
        measured: Option<(Course, String)>,
    ) -> Option<Form> {
        let form = match (&stated.table.shape, measured) {
            (Some(ShapeTable::Named(name)), _) => self.named_form(stated, name)?,
            (Some(ShapeTable::Levels(table)), _) => self.form_of_levels(stated, table)?,
            (None, Some((course, from))) => {
                let form = Form::new(course, "measured in the usage file");
                Form { measured_from: Some(from), ..form }
            }
            (None, None) => Form::new(Course::flat(), "flat: the same load at every hour"),
        };
        let burst_cv = stated.table.burst_cv.unwrap_or(form.burst_cv);
        Some(Form { burst_cv, ..form })
    }

    fn named_form(&mut self, stated: &Stated, name: &str) -> Option<Form> {
        match shapes::named(name) {
            Ok(shape) => Some(Form {
                shape: shape.shape(),
                course: shape.course(),
                measured_from: None,
                description: format!("{}: {} ({})", name, shape.title, shape.source),
                burst_cv: shape.burst_cv,
            }),
            Err(help) => {
                let message = format!("there is no shape \"{name}\"");
                self.error(&stated.field("shape"), "unknown-word", message, help);
                None
            }
        }
    }

    fn form_of_levels(&mut self, stated: &Stated, table: &LevelsTable) -> Option<Form> {
        let weights = table.weights.clone().unwrap_or_else(|| vec![1.0; table.levels.len()]);
        if weights.len() != table.levels.len() {
            let message = format!("{} weights for {} levels", weights.len(), table.levels.len());
            let help = "give one weight for each level";
            self.error(&stated.field("shape.weights"), "wrong-length", message, help);
            return None;
        }
        let volume: f64 = table.levels.iter().zip(&weights).map(|(l, w)| l * w).sum();
        if !(volume > 0.0 && volume.is_finite()) {
            self.error(
                &stated.field("shape.levels"),
                "out-of-range",
                "the levels hold no load",
                "give at least one positive level and weight",
            );
            return None;
        }
        let ordered = || Course { levels: table.levels.clone(), hours: 1.0 };
        Some(Form {
            shape: Shape::new(&table.levels, &weights),
            course: table.weights.is_none().then(ordered),
            measured_from: None,
            description: format!("{} levels of the study", weights.len()),
            burst_cv: 0.0,
        })
    }
}
