//! Marks in the plot.

use super::frame::Frame;
use super::{Mark, Shape, place};

/// A mark as SVG elements; `id` is that of the chart's hatch.
pub(super) fn draw(mark: &Mark, frame: &Frame, id: &str) -> String {
    let class = mark.class;
    let path = |d: String| {
        if d.is_empty() { d } else { format!("<path class=\"{class}\" d=\"{d}\"/>\n") }
    };
    match &mark.shape {
        Shape::Line(points) => line(points, frame, class),
        Shape::Step(steps) => path(step(steps, frame)),
        Shape::Band(points) => path(band(points, frame)),
        Shape::Zone(from, to) => zone(*from, *to, frame, class, id),
        Shape::Level(y) if y.is_finite() => {
            path(format!("M{} {}H{}", place(frame.left), at_y(*y, frame), place(frame.right)))
        }
        Shape::Upright(x, _) if x.is_finite() => {
            path(format!("M{} {}V{}", at_x(*x, frame), place(frame.top), place(frame.bottom)))
        }
        Shape::Bracket(from, to) if from.is_finite() && to.is_finite() => {
            path(bracket(*from, *to, frame))
        }
        Shape::Dots(points) => points.iter().map(|p| dot(*p, frame, class)).collect(),
        Shape::Level(_) | Shape::Upright(..) | Shape::Bracket(..) => String::new(),
    }
}

fn at_x(x: f64, frame: &Frame) -> String {
    place(frame.x.at(x))
}

fn at_y(y: f64, frame: &Frame) -> String {
    place(frame.y.at(y))
}

fn dot((x, y): (f64, f64), frame: &Frame, class: &str) -> String {
    if !x.is_finite() || !y.is_finite() {
        return String::new();
    }
    format!(
        "<circle class=\"{class} dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>\n",
        at_x(x, frame),
        at_y(y, frame)
    )
}

/// Runs of finite points, each a line; a run of one point is a dot.
fn line(points: &[(f64, f64)], frame: &Frame, class: &str) -> String {
    let mut d = String::new();
    let mut dots = String::new();
    for run in points.split(|p| !p.0.is_finite() || !p.1.is_finite()) {
        if let [single] = run {
            dots.push_str(&dot(*single, frame, class));
        } else {
            for (i, &(x, y)) in run.iter().enumerate() {
                let command = if i == 0 { 'M' } else { 'L' };
                d.push_str(&format!("{command}{} {}", at_x(x, frame), at_y(y, frame)));
            }
        }
    }
    let path = if d.is_empty() { d } else { format!("<path class=\"{class}\" d=\"{d}\"/>\n") };
    path + &dots
}

fn step(steps: &[(f64, f64, f64)], frame: &Frame) -> String {
    let mut d = String::new();
    let mut end: Option<f64> = None;
    for &(from, to, level) in steps {
        if !level.is_finite() {
            end = None;
            continue;
        }
        // Neighbors are joined by a riser.
        if end == Some(from) {
            d.push_str(&format!("V{}H{}", at_y(level, frame), at_x(to, frame)));
        } else {
            let (from, to) = (at_x(from, frame), at_x(to, frame));
            d.push_str(&format!("M{from} {}H{to}", at_y(level, frame)));
        }
        end = Some(to);
    }
    d
}

fn band(points: &[(f64, f64, f64)], frame: &Frame) -> String {
    let mut d = String::new();
    let finite = |p: &(f64, f64, f64)| p.0.is_finite() && p.1.is_finite() && p.2.is_finite();
    for run in points.split(|p| !finite(p)) {
        match run {
            [] => {}
            // A single place has no width of its own.
            [(x, low, high)] => {
                let x = frame.x.at(*x);
                let (low, high) = (at_y(*low, frame), at_y(*high, frame));
                let (left, right) = (place(x - 9.0), place(x + 9.0));
                d.push_str(&format!("M{left} {low}H{right}V{high}H{left}Z"));
            }
            _ => {
                let lower = run.iter().map(|&(x, low, _)| (x, low));
                let upper = run.iter().rev().map(|&(x, _, high)| (x, high));
                for (i, (x, y)) in lower.chain(upper).enumerate() {
                    let command = if i == 0 { 'M' } else { 'L' };
                    d.push_str(&format!("{command}{} {}", at_x(x, frame), at_y(y, frame)));
                }
                d.push('Z');
            }
        }
    }
    d
}

fn zone(from: f64, to: f64, frame: &Frame, class: &str, id: &str) -> String {
    if !from.is_finite() || !to.is_finite() {
        return String::new();
    }
    let left = frame.x.at(from).max(frame.left);
    let right = frame.x.at(to).min(frame.right);
    // A zone of a single value is still seen.
    let (left, width) = if right - left < 3.0 { (left - 1.5, 3.0) } else { (left, right - left) };
    format!(
        "<rect class=\"{class}\" fill=\"url(#{id}-h)\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n",
        place(left),
        place(frame.top),
        place(width),
        place(frame.bottom - frame.top)
    )
}

fn bracket(from: f64, to: f64, frame: &Frame) -> String {
    let y = frame.bottom - 9.0;
    let (from, to) = (at_x(from, frame), at_x(to, frame));
    let cap = place(y - 5.0);
    format!("M{from} {cap}v10M{from} {}H{to}M{to} {cap}v10", place(y))
}
