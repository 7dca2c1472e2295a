//! Labels of marks: keys above the plot, tags of vertical lines, and ends of lines; none covers
//! another.

use super::frame::{Frame, LINE, label};
use super::scale::Scale;
use super::text::{shorten, width};
use super::{Chart, Key, Layout, Mark, Shape, place};

/// Width of the sample in front of a key.
const SAMPLE: f64 = 28.0;

/// The text of a mark's key in a layout.
fn key(mark: &Mark, ends: bool) -> Option<&str> {
    match &mark.key {
        Key::Always(text) => Some(text),
        Key::Slim(text) if !ends => Some(text),
        _ => None,
    }
}

/// Position of each key's mark, and the place of the key relative to the first row.
pub(super) fn key_rows(chart: &Chart, layout: Layout) -> Vec<(usize, f64, f64)> {
    let (mut x, mut y) = (0.0, 0.0);
    let mut keys = Vec::new();
    for (i, mark) in chart.marks.iter().enumerate() {
        let Some(text) = key(mark, layout.ends) else { continue };
        let room = SAMPLE + width(text);
        if x > 0.0 && x + room > layout.width {
            (x, y) = (0.0, y + LINE);
        }
        keys.push((i, x, y));
        x += room + 12.0;
    }
    keys
}

/// The keys: a sample of each mark and its text.
pub(super) fn keys(chart: &Chart, frame: &Frame, id: &str) -> String {
    let one = |&(i, x, y): &(usize, f64, f64)| {
        let mark = &chart.marks[i];
        let middle = LINE + y + LINE / 2.0;
        let text = key(mark, frame.with_ends).unwrap_or_default();
        let text = shorten(text, frame.width - SAMPLE);
        let text = label(x + SAMPLE - 4.0, middle + 4.5, "", &text);
        format!("{}{text}", sample(mark, x, middle, id))
    };
    frame.keys.iter().map(one).collect()
}

/// A small picture of a mark.
fn sample(mark: &Mark, x: f64, y: f64, id: &str) -> String {
    let class = mark.class;
    let (left, right) = (place(x), place(x + 20.0));
    match &mark.shape {
        Shape::Band(_) => format!(
            "<rect class=\"{class}\" x=\"{left}\" y=\"{}\" width=\"20\" height=\"11\"/>\n",
            place(y - 5.5)
        ),
        Shape::Zone(..) => format!(
            "<rect class=\"{class}\" fill=\"url(#{id}-h)\" x=\"{left}\" y=\"{}\" width=\"20\" height=\"11\"/>\n",
            place(y - 5.5)
        ),
        Shape::Dots(_) => format!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"4\"/>\n",
            place(x + 10.0),
            place(y)
        ),
        Shape::Bracket(..) => format!(
            "<path class=\"{class}\" d=\"M{left} {}v8M{left} {}H{right}M{right} {}v8\"/>\n",
            place(y - 4.0),
            place(y),
            place(y - 4.0)
        ),
        _ => format!("<path class=\"{class}\" d=\"M{left} {0}H{right}\"/>\n", place(y)),
    }
}

/// Tags above vertical marks, in as many rows as they need to stand apart.
pub(super) struct Lanes {
    tags: Vec<Tag>,
    rows: usize,
    top: f64,
}

struct Tag {
    /// Place of the line.
    line: f64,
    /// Middle of the text.
    middle: f64,
    text: String,
    class: &'static str,
    row: usize,
}

impl Lanes {
    /// Gives each tag the lowest row where it fits.
    pub(super) fn new(chart: &Chart, x: &Scale, room: f64, top: f64) -> Self {
        let mut tags: Vec<Tag> = chart.marks.iter().filter_map(|m| tag(m, x, room)).collect();
        tags.sort_by(|a, b| a.line.total_cmp(&b.line));
        let mut ends: Vec<f64> = Vec::new();
        for tag in &mut tags {
            let half = width(&tag.text) / 2.0;
            let free = ends.iter().position(|&end| end + 8.0 <= tag.middle - half);
            tag.row = free.unwrap_or(ends.len());
            if free.is_none() {
                ends.push(0.0);
            }
            ends[tag.row] = tag.middle + half;
        }
        Self { tags, rows: ends.len(), top }
    }

    /// Height of all rows.
    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * LINE
    }
}

fn tag(mark: &Mark, x: &Scale, room: f64) -> Option<Tag> {
    let Shape::Upright(at, text) = &mark.shape else { return None };
    if !at.is_finite() || text.is_empty() {
        return None;
    }
    let text = shorten(text, room);
    let (line, half) = (x.at(*at), width(&text) / 2.0);
    let middle = line.min(room - half).max(half);
    Some(Tag { line, middle, text, class: mark.class, row: 0 })
}

/// The tags with lines down to the plot; texts come last and hide the lines behind them.
pub(super) fn uprights(frame: &Frame) -> String {
    let lanes = &frame.lanes;
    // The lowest row lies next to the plot.
    let base = |tag: &Tag| lanes.top + LINE * (lanes.rows - tag.row) as f64 - 3.0;
    let line = |tag: &Tag| {
        let (x, y) = (place(tag.line), place(base(tag) + 2.0));
        format!("<path class=\"{}\" d=\"M{x} {y}V{}\"/>\n", tag.class, place(frame.top))
    };
    let text = |tag: &Tag| {
        let class = format!("m tag {}", tag.class);
        label(tag.middle, base(tag), &class, &tag.text)
    };
    lanes.tags.iter().map(line).chain(lanes.tags.iter().map(text)).collect()
}

/// Labels at the ends of lines, moved apart where they would touch.
pub(super) fn ends(chart: &Chart, frame: &Frame) -> String {
    let mut order: Vec<usize> =
        (0..chart.ends.len()).filter(|&i| chart.ends[i].at.is_finite()).collect();
    let wanted = |i: usize| frame.y.at(chart.ends[i].at).clamp(frame.top, frame.bottom);
    order.sort_by(|&a, &b| wanted(a).total_cmp(&wanted(b)));
    let places = apart(&order.iter().map(|&i| wanted(i)).collect::<Vec<_>>(), frame);
    let room = frame.width - frame.right - 12.0;
    let one = |(&i, y): (&usize, f64)| {
        let end = &chart.ends[i];
        let text = shorten(&end.text, room);
        let class = format!("end {}", end.class);
        let leader = format!(
            "<path class=\"ld\" d=\"M{} {}L{} {}\"/>\n",
            place(frame.right + 1.0),
            place(wanted(i)),
            place(frame.right + 9.0),
            place(y)
        );
        let text = label(frame.right + 12.0, y + 4.5, &class, &text);
        format!("{leader}{text}")
    };
    order.iter().zip(places).map(one).collect()
}

/// The rising places, moved as little as keeps a line of text between neighbors.
fn apart(wanted: &[f64], frame: &Frame) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for i in 1..places.len() {
        places[i] = places[i].max(places[i - 1] + LINE - 2.0);
    }
    // What was pushed below the plot comes back up.
    let mut limit = frame.bottom + 4.0;
    for y in places.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - (LINE - 2.0);
    }
    places
}
