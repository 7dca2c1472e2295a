//! Small charts, compared as text.

use super::*;

fn chart(marks: Vec<Mark>) -> Chart {
    let axis = |title: &str, range| Axis { title: title.into(), range, ticks: Ticks::Number };
    Chart {
        id: "c".into(),
        title: "A <title>".into(),
        description: "What & how".into(),
        x: axis("size", (0.0, 10.0)),
        y: axis("cost", (0.0, 100.0)),
        marks,
        ends: Vec::new(),
        hits: Vec::new(),
    }
}

fn mark(shape: Shape) -> Mark {
    Mark { class: "ln", shape, key: Key::None }
}

#[test]
fn a_chart_says_what_it_is() {
    let svg = chart(Vec::new()).render(WIDE);
    assert!(svg.starts_with("<svg class=\"chart wide\" viewBox=\"0 0 580 "));
    assert!(svg.contains("role=\"img\" aria-labelledby=\"c-wide-t c-wide-d\""));
    assert!(svg.contains("<title id=\"c-wide-t\">A &lt;title&gt;</title>"));
    assert!(svg.contains("<desc id=\"c-wide-d\">What &amp; how</desc>"));
    assert!(svg.contains(">cost</text>") && svg.contains(">size</text>"));
}

#[test]
fn values_outside_the_numbers_are_left_out() {
    let points = vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, 2.0), (3.0, 3.0), (4.0, f64::INFINITY)];
    let bands = points.iter().map(|&(x, y)| (x, y, y)).collect();
    let steps = points.iter().map(|&(x, y)| (x, x + 1.0, y)).collect();
    let shapes = vec![
        Shape::Line(points.clone()),
        Shape::Band(bands),
        Shape::Step(steps),
        Shape::Dots(points),
        Shape::Level(f64::NAN),
        Shape::Upright(f64::INFINITY, "x".into()),
        Shape::Zone(f64::NEG_INFINITY, 1.0),
        Shape::Bracket(f64::NAN, 1.0),
    ];
    let svg = chart(shapes.into_iter().map(mark).collect()).render(SLIM);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
}

#[test]
fn lines_and_steps_have_their_places() {
    let line = Shape::Line(vec![(0.0, 0.0), (10.0, 100.0)]);
    let step = Shape::Step(vec![(0.0, 5.0, 0.0), (5.0, 10.0, 100.0)]);
    let svg = chart(vec![mark(line), mark(step)]).render(WIDE);
    // The plot spans 43.8 to 568 and 294 to 24.
    assert!(svg.contains("d=\"M33.8 294L568 24\""), "{svg}");
    assert!(svg.contains("d=\"M33.8 294H300.9V24H568\""), "{svg}");
}

#[test]
fn a_single_point_is_a_dot() {
    let svg = chart(vec![mark(Shape::Line(vec![(5.0, 50.0)]))]).render(WIDE);
    assert!(svg.contains("<circle class=\"ln dot\""));
}

#[test]
fn tags_and_ends_stand_apart() {
    let upright = |x: f64, text: &str| mark(Shape::Upright(x, text.into()));
    let mut chart = chart(vec![upright(5.0, "the best size"), upright(5.2, "the size given")]);
    for text in ["one", "two", "three"] {
        chart.ends.push(End { at: 50.0, text: text.into(), class: "c" });
    }
    let svg = chart.render(WIDE);
    let y_of = |text: &str| {
        let at = svg.find(&format!(">{text}</text>")).expect("a label");
        let start = svg[..at].rfind("y=\"").expect("a place") + 3;
        svg[start..at - 1].parse::<f64>().expect("a number")
    };
    assert!((y_of("the best size") - y_of("the size given")).abs() > 15.0);
    assert!(y_of("two") - y_of("one") > 14.0 && y_of("three") - y_of("two") > 14.0);
}

#[test]
fn keys_stay_inside_and_follow_the_layout() {
    let key = |key: Key| Mark { class: "ln", shape: Shape::Level(1.0), key };
    let long = "a key that needs most of a row ";
    let chart = chart(vec![
        key(Key::Always(long.into())),
        key(Key::Slim(long.into())),
        key(Key::Always("another".into())),
    ]);
    let (wide, slim) = (chart.render(WIDE), chart.render(SLIM));
    assert_eq!(wide.matches(long).count(), 1);
    assert_eq!(slim.matches(long).count(), 2);
}

#[test]
fn strips_meet_halfway() {
    let strips = hits(vec![(0.0, "a".into()), (10.0, "b".into()), (30.0, "c".into())]);
    let ends: Vec<(f64, f64)> = strips.iter().map(|h| (h.from, h.to)).collect();
    assert_eq!(ends, [(-5.0, 5.0), (5.0, 20.0), (20.0, 40.0)]);
    assert_eq!(hits(vec![(1.0, String::new())])[0].to, 1.5);
}

#[test]
fn places_have_one_decimal_and_no_negative_zero() {
    assert_eq!([0.04, -0.04, 12.0, 3.25, -7.96].map(place), ["0", "0", "12", "3.2", "-8"]);
}
