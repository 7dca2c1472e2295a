//! Numbers that may be uncertain: a value or a whole distribution within its bounds.

use super::Checker;
use super::words::{join, percent, size, wrong_type};
use crate::dist::{Dist, Distribution};
use crate::error::Problem;
use crate::input::findings::Findings;
use crate::input::tree::{Node, Value};
use crate::words::bare;
use serde::Deserialize;
use serde_json::Value as Json;

impl<'a> Checker<'a> {
    /// A number or a distribution whose whole support must respect the bounds of the field.
    pub(super) fn param(
        &self,
        node: &Node,
        target: &'a Json,
        bounds: &'a Json,
        path: &str,
        findings: &mut Findings,
    ) {
        let support = match &node.value {
            Value::Integer(i) => Some((*i as f64, *i as f64)),
            Value::Float(x) if x.is_infinite() && *x > 0.0 && bounds["x-infinite"] == true => None,
            Value::Float(x) if size(*x).is_some() => {
                let message = format!("{} is out of range", bare(*x));
                let help = format!("write a number {}", size(*x).unwrap_or_default());
                let place = Some(node.place.clone());
                return findings.error("out-of-range", path, place, message, help);
            }
            Value::Float(x) => Some((*x, *x)),
            Value::Table(_) => self.dist(node, &target["anyOf"][1], path, findings),
            _ => {
                let expected =
                    "a number or a distribution, as in { dist = \"uniform\", min = 1, max = 2 }";
                return wrong_type(node, expected, path, findings);
            }
        };
        let Some((low, high)) = support else { return };
        let limit = |name: &str| bounds[name].as_f64();
        let share = |bound| if low == high { percent(high, bound) } else { String::new() };
        let broken = [
            limit("x-min").filter(|b| low < *b).map(|b| format!("at least {b}")),
            limit("x-above").filter(|b| low <= *b).map(|b| format!("above {b}")),
            limit("x-max").filter(|b| high > *b).map(|b| format!("at most {b}{}", share(b))),
            limit("x-below").filter(|b| high >= *b).map(|b| format!("below {b}{}", share(b))),
        ];
        let broken: Vec<String> = broken.into_iter().flatten().collect();
        if broken.is_empty() {
            return;
        }
        let wanted = broken.join(" and ");
        let (message, help) = if low == high {
            (format!("{} is out of range", bare(low)), format!("write a number {wanted}"))
        } else {
            let message = format!(
                "the distribution reaches from {} to {}, and the value must be {wanted}",
                bare(low),
                bare(high)
            );
            (
                message,
                "keep all its values within: bound it with `min` and `max`, or choose other values"
                    .into(),
            )
        };
        findings.error("out-of-range", path, Some(node.place.clone()), message, help);
    }

    /// A distribution; the values it can practically take if it is valid. The ends of an open
    /// support do not count: a lognormal is above 0.
    pub(super) fn dist(
        &self,
        node: &Node,
        schema: &'a Json,
        path: &str,
        findings: &mut Findings,
    ) -> Option<(f64, f64)> {
        let before = findings.list.len();
        let (target, _) = self.resolve(schema);
        self.one_of(node, target["oneOf"].as_array()?, path, findings);
        if findings.list.len() > before {
            return None;
        }
        let dist = Dist::deserialize(node.plain()).ok()?;
        let mut problems = dist.get().check();
        if problems.is_empty() && !dist.get().tail().has_power(2.0) {
            problems.push(Problem::new(
                "",
                "infinite-mean",
                "with tails this heavy the mean, or its standard error, is infinite: averages over \
                 paths would look stable and mean nothing",
                "give it more than 2 degrees of freedom, or bound it with `min` and `max`",
            ));
        }
        for problem in &problems {
            let place = node.get(&problem.field).map_or(&node.place, |n| &n.place).clone();
            let field = join(path, &problem.field);
            findings.error(problem.code, field, Some(place), &problem.message, &problem.help);
        }
        let tiny = 2f64.powi(-53);
        let ends = |d: &dyn Distribution| match d.support() {
            (low, high) if low.is_infinite() || high.is_infinite() => {
                let finite = |bound: f64, u: f64| {
                    if bound.is_finite() { d.quantile(u) } else { bound }
                };
                (finite(low, tiny), finite(high, 1.0 - tiny))
            }
            _ => (d.quantile(tiny), d.quantile(1.0 - tiny)),
        };
        problems.is_empty().then(|| ends(dist.get()))
    }
}
