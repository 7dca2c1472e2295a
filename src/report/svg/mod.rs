//! Charts as SVG: axes with round ticks, lines, bands, steps, bars, reference lines and labels.
//!
//! A [`Chart`] says what to show in values; [`Chart::render`] finds places for it in one of three
//! layouts, so that text keeps its size in a wide column and on a phone. Colors, dashes and
//! fonts come from classes of the page's style sheet. Output is text with fixed decimals: the
//! same chart gives the same bytes.
//!
//! ```text
//! title of the y axis
//! keys, where labels at the lines' ends have no room
//! tags of vertical marks
//! +--------------------------+ labels at the ends
//! |          plot            | of the lines
//! +--------------------------+
//!   tick labels        title of the x axis
//! ```

mod axis;
mod frame;
mod labels;
mod marks;
mod scale;
mod text;

pub use axis::{Axis, Tick, Ticks};
pub use scale::{range, rounded};
pub use text::{clip, escape};

use frame::Frame;

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Name that no other chart of the page has: letters, digits and hyphens.
    pub id: String,
    /// What it shows, in a line.
    pub title: String,
    /// What can be read from it, for those who cannot see it.
    pub description: String,
    /// Left to right.
    pub x: Axis,
    /// Bottom to top.
    pub y: Axis,
    /// What it shows, the lowest layer first.
    pub marks: Vec<Mark>,
    /// Labels to the right of the plot in the wide layout.
    pub ends: Vec<End>,
    /// Texts that a pointer finds.
    pub hits: Vec<Hit>,
}

/// Something drawn in a chart.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Classes of the style sheet: its color and, for a line, its dashes.
    pub class: &'static str,
    /// Its form and place.
    pub shape: Shape,
    /// Its entry among the keys.
    pub key: Key,
}

/// Whether and where a mark is explained among the keys above the plot.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// Nowhere: an axis, a tag or the caption says it.
    None,
    /// In both layouts.
    Always(String),
    /// In the slim layout only; the wide one has a label at its end.
    Slim(String),
}

/// Form and place of a mark, in values of the axes. What is not finite is left out.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Straight lines between points; a dot if there is but one.
    Line(Vec<(f64, f64)>),
    /// A level for each interval: from, to, level.
    Step(Vec<(f64, f64, f64)>),
    /// Between two lines: place, lower end, upper end.
    Band(Vec<(f64, f64, f64)>),
    /// Part of the x axis over the whole height, hatched.
    Zone(f64, f64),
    /// A horizontal line over the whole width.
    Level(f64),
    /// A vertical line over the whole height, with a tag above the plot.
    Upright(f64, String),
    /// A bracket at the foot of the plot.
    Bracket(f64, f64),
    /// Dots.
    Dots(Vec<(f64, f64)>),
}

/// A label to the right of the plot.
#[derive(Clone, Debug)]
pub struct End {
    /// Value on the y axis that it belongs to.
    pub at: f64,
    /// The label.
    pub text: String,
    /// Class of its color.
    pub class: &'static str,
}

/// A text shown when a pointer rests on part of the x axis.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Where the part starts.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// The text.
    pub text: String,
}

/// Room for a chart.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    name: &'static str,
    width: f64,
    height: f64,
    ends: bool,
}

/// For the whole width of a page on a large screen.
pub const FULL: Layout = Layout { name: "full", width: 1040.0, height: 360.0, ends: true };

/// For a column of about 500 to 700 pixels.
pub const WIDE: Layout = Layout { name: "wide", width: 580.0, height: 270.0, ends: true };

/// For a phone, or half a page of paper.
pub const SLIM: Layout = Layout { name: "slim", width: 345.0, height: 215.0, ends: false };

impl Chart {
    /// The chart in a layout.
    #[must_use]
    pub fn render(&self, layout: Layout) -> String {
        let frame = Frame::new(self, layout);
        let id = format!("{}-{}", self.id, layout.name);
        let mut out = format!(
            "<svg class=\"chart {}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\n\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n",
            layout.name,
            place(layout.width),
            place(frame.height),
            escape(&self.title),
            escape(&self.description),
        );
        out.push_str(&frame.definitions(&id));
        out.push_str(&frame.grid());
        out.push_str(&format!("<g clip-path=\"url(#{id}-c)\">\n"));
        for mark in &self.marks {
            out.push_str(&marks::draw(mark, &frame, &id));
        }
        out.push_str("</g>\n");
        out.push_str(&labels::uprights(&frame));
        out.push_str(&frame.axes());
        out.push_str(&labels::keys(self, &frame, &id));
        if layout.ends {
            out.push_str(&labels::ends(self, &frame));
        }
        out.push_str(&self.hits(&frame));
        out.push_str("</svg>\n");
        out
    }

    /// Invisible strips whose titles browsers show.
    fn hits(&self, frame: &Frame) -> String {
        let strip = |hit: &Hit| {
            let (from, to) = (frame.x.at(hit.from), frame.x.at(hit.to));
            let (from, to) = (from.max(frame.left), to.min(frame.right));
            format!(
                "<rect class=\"hit\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>\n",
                place(from),
                place(frame.top),
                place((to - from).max(0.0)),
                place(frame.bottom - frame.top),
                escape(&hit.text)
            )
        };
        self.hits.iter().map(strip).collect()
    }
}

/// Strips that meet halfway between neighboring places, each with its text.
#[must_use]
pub fn hits(texts: Vec<(f64, String)>) -> Vec<Hit> {
    let places: Vec<f64> = texts.iter().map(|t| t.0).collect();
    let middle = |i: usize| f64::midpoint(places[i], places[i + 1]);
    let strips = texts.into_iter().enumerate().map(|(i, (at, text))| {
        let before = if i > 0 { at - middle(i - 1) } else { f64::INFINITY };
        let after = if i + 1 < places.len() { middle(i) - at } else { f64::INFINITY };
        // The first and last strip are as wide on both sides; a single one takes some width.
        let own = if before.min(after).is_finite() { before.min(after) } else { 0.5 };
        let reach = |side: f64| if side.is_finite() { side } else { own };
        Hit { from: at - reach(before), to: at + reach(after), text }
    });
    strips.collect()
}

/// A place with one decimal at most.
fn place(x: f64) -> String {
    let text = format!("{x:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
