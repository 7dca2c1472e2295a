//! Parameters: numbers of a study that may be certain or drawn once per path.

use crate::dist::{Dist, Point};
use crate::rng::{LANES, Lane};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A number, or a distribution from which each path draws one value for its whole life.
///
/// A parameter has no place in a path until [`Parameters::bind`] has given it one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub struct Param {
    dist: Dist,
    slot: usize,
}

/// How a parameter is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Value {
    /// A certain value.
    Number(f64),
    /// An uncertain one.
    Random(Dist),
}

const UNBOUND: usize = usize::MAX;

impl From<Value> for Param {
    fn from(value: Value) -> Self {
        let dist = match value {
            Value::Number(value) => Dist::Point(Point { value }),
            Value::Random(dist) => dist,
        };
        Self { dist, slot: UNBOUND }
    }
}

impl From<Param> for Value {
    fn from(param: Param) -> Self {
        match param.dist {
            Dist::Point(point) => Self::Number(point.value),
            dist => Self::Random(dist),
        }
    }
}

impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Value::Number(value).into()
    }
}

impl JsonSchema for Param {
    fn schema_name() -> Cow<'static, str> {
        "Param".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A number, or a distribution drawn once per path.",
            "anyOf": [{ "type": "number" }, generator.subschema_for::<Dist>()],
        })
    }
}

impl Param {
    /// A certain 0, the usual value of what need not be stated.
    #[must_use]
    pub fn zero() -> Self {
        0.0.into()
    }

    /// A certain 1, for shares of the whole.
    #[must_use]
    pub fn one() -> Self {
        1.0.into()
    }

    /// The distribution; a point for a plain number.
    #[must_use]
    pub fn dist(&self) -> &Dist {
        &self.dist
    }

    /// The value, if it is the same on every path.
    #[must_use]
    pub fn fixed(&self) -> Option<f64> {
        self.dist.fixed()
    }

    /// The mean over paths; `None` where it does not exist.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.dist.get().mean()
    }

    /// Whether the value is zero on every path.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.fixed() == Some(0.0)
    }

    /// Whether the value is one on every path.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.fixed() == Some(1.0)
    }

    /// The value on each path of a block.
    ///
    /// # Panics
    /// If the parameter was never bound, which is a bug in the resolution of the study.
    #[inline]
    #[must_use]
    pub fn of<'a>(&self, values: &'a [Lane]) -> &'a Lane {
        assert!(self.slot != UNBOUND, "an unbound parameter was read");
        &values[self.slot]
    }
}

/// The parameters of a study, in the order in which they were bound.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    list: Vec<Parameter>,
}

/// A bound parameter: its name is the address of its draws.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The path of the field in the study, as in `growth.expected_per_year`.
    pub name: String,
    /// Its distribution.
    pub dist: Dist,
}

impl Parameters {
    /// Gives `param` its place under `name`.
    ///
    /// # Panics
    /// If the name is taken: two parameters would share their draws.
    pub fn bind(&mut self, name: &str, param: &mut Param) {
        assert!(self.list.iter().all(|p| p.name != name), "two parameters are called {name}");
        param.slot = self.list.len();
        self.list.push(Parameter { name: name.to_owned(), dist: param.dist.clone() });
    }

    /// Gives `param` its place under `name`, the place of its twin if that is bound already.
    pub fn bind_shared(&mut self, name: &str, param: &mut Param) {
        match self.list.iter().position(|p| p.name == name) {
            Some(slot) => param.slot = slot,
            None => self.bind(name, param),
        }
    }

    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[Parameter] {
        &self.list
    }

    /// Positions of the uncertain ones.
    pub fn uncertain(&self) -> impl Iterator<Item = usize> + '_ {
        let all = self.list.iter().enumerate();
        all.filter(|(_, p)| p.dist.fixed().is_none()).map(|(i, _)| i)
    }

    /// A block of values with the certain ones filled in and zeros for the others.
    #[must_use]
    pub fn certain_values(&self) -> Vec<Lane> {
        let fixed = |p: &Parameter| [p.dist.fixed().unwrap_or(0.0); LANES];
        self.list.iter().map(fixed).collect()
    }
}
