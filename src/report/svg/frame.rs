//! The room of a chart: where the plot lies, its grid and its axes.

use super::axis::Tick;
use super::labels::{Lanes, key_rows};
use super::scale::Scale;
use super::text::{escape, width};
use super::{Chart, Layout, place};

/// Height of a line of text.
pub(super) const LINE: f64 = 17.0;

/// Widest column of labels to the right of the plot.
const MOST_ENDS: f64 = 150.0;

/// Places in a chart.
pub(super) struct Frame<'a> {
    chart: &'a Chart,
    /// Whole width.
    pub width: f64,
    /// Whole height.
    pub height: f64,
    /// Left end of the plot.
    pub left: f64,
    /// Right end of the plot.
    pub right: f64,
    /// Upper end of the plot.
    pub top: f64,
    /// Lower end of the plot.
    pub bottom: f64,
    /// Left to right.
    pub x: Scale,
    /// Bottom to top.
    pub y: Scale,
    /// Keys in rows, each with its place.
    pub keys: Vec<(usize, f64, f64)>,
    /// Tags of vertical marks.
    pub lanes: Lanes,
    /// Whether labels stand at the ends of lines.
    pub with_ends: bool,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
}

impl<'a> Frame<'a> {
    /// Finds the room that labels need, and gives the rest to the plot.
    pub(super) fn new(chart: &'a Chart, layout: Layout) -> Self {
        let y_ticks = chart.y.ticks((layout.height / 45.0).min(6.0) as usize);
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        let left = widest(&mut y_ticks.iter().map(|t| width(&t.label))) + 10.0;
        let ends = widest(&mut chart.ends.iter().map(|e| width(&e.text) + 14.0)).min(MOST_ENDS);
        let right = layout.width - if layout.ends && ends > 0.0 { ends } else { 12.0 };
        let x = Scale::new(chart.x.range, left, right);
        let x_ticks = chart.x.fitting(right - left);
        let keys = key_rows(chart, layout);
        let rows = keys.last().map_or(0.0, |k| k.2 + LINE);
        let lanes = Lanes::new(chart, &x, layout.width, LINE + rows);
        let top = LINE + rows + lanes.height() + 7.0;
        let bottom = top + layout.height;
        let below = x_ticks.iter().any(|t| !t.below.is_empty());
        let height = bottom + LINE * if below { 3.0 } else { 2.0 } + 9.0;
        Self {
            chart,
            width: layout.width,
            height,
            left,
            right,
            top,
            bottom,
            x,
            y: Scale::new(chart.y.range, bottom, top),
            keys,
            lanes,
            with_ends: layout.ends,
            x_ticks,
            y_ticks,
        }
    }

    /// The clip and the hatch that the marks refer to.
    pub(super) fn definitions(&self, id: &str) -> String {
        format!(
            "<defs><clipPath id=\"{id}-c\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\
             <pattern id=\"{id}-h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect class=\"hb\" width=\"6\" height=\"6\"/><line class=\"hl\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/></pattern></defs>\n",
            place(self.left - 1.0),
            place(self.top - 2.0),
            place(self.right - self.left + 2.0),
            place(self.bottom - self.top + 4.0),
        )
    }

    /// Horizontal lines at the ticks of the y axis.
    pub(super) fn grid(&self) -> String {
        let line = |t: &Tick| {
            let y = place(self.y.at(t.at));
            format!("M{} {y}H{}", place(self.left), place(self.right))
        };
        let path: String = self.y_ticks.iter().map(line).collect();
        format!("<path class=\"gd\" d=\"{path}\"/>\n")
    }

    /// Axis line, ticks, tick labels and titles.
    pub(super) fn axes(&self) -> String {
        let base = place(self.bottom);
        let mut path = format!("M{} {base}H{}", place(self.left), place(self.right));
        let mut texts = String::new();
        for tick in &self.y_ticks {
            let y = self.y.at(tick.at) + 4.5;
            texts.push_str(&label(self.left - 6.0, y, "e", &tick.label));
        }
        for tick in &self.x_ticks {
            let x = self.x.at(tick.at);
            path.push_str(&format!("M{} {base}v4", place(x)));
            for (row, text) in [&tick.label, &tick.below].into_iter().enumerate() {
                if !text.is_empty() {
                    let y = self.bottom + LINE * (1 + row) as f64;
                    texts.push_str(&label(self.inside(x, text), y, "m", text));
                }
            }
        }
        let last = self.height - 6.0;
        texts.push_str(&label(self.right, last, "e ti", &self.chart.x.title));
        texts.push_str(&label(0.0, LINE - 5.0, "ti", &self.chart.y.title));
        format!("<path class=\"ax\" d=\"{path}\"/>\n{texts}")
    }

    /// The nearest middle at which a text stays inside the chart.
    pub(super) fn inside(&self, x: f64, text: &str) -> f64 {
        let half = width(text) / 2.0;
        x.min(self.width - half).max(half)
    }
}

/// A text; classes `e` and `m` make the place its end or its middle.
pub(super) fn label(x: f64, y: f64, class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<text{class} x=\"{}\" y=\"{}\">{}</text>\n", place(x), place(y), escape(text))
}
