//! Alternatives against each other, as a page.

use super::text::{NONE, escape, fine_percent, percent, share_error, usd, usd_error};
use super::{caution, figures, page, section, table};
use crate::measure::{Measure, MeasureUnit};
use crate::report::terminal::versus::{commitment, of_part};
use crate::results::versus::{AlternativeResult, Difference, PartResult, Versus};
use crate::stats::Estimate;
use crate::words::{count, months};

/// The page.
#[must_use]
pub fn render(versus: &Versus) -> String {
    let names: Vec<&str> = versus.alternatives.iter().map(|s| s.name.as_str()).collect();
    let title = names.join(" against ");
    let section_if = |wanted: bool, [id, title, about]: [&str; 3], body: &dyn Fn() -> String| {
        if wanted { section(id, title, about, &body()) } else { String::new() }
    };
    let parts = [
        head(versus, &title),
        caution::render(&versus.warnings),
        section_if(versus.alternatives.len() > 1, DIFFERENCES, &|| differences(versus)),
        section("studies", "Studies side by side", STUDIES, &alternatives(versus)),
        section_if(versus.has_sum(), PARTS, &|| parts(versus)),
        section("futures", "What may come", "", &figures::versus(versus)),
        section("contracts", "What is compared", "", &contracts(versus)),
    ];
    page(&title, &versus.version, &parts, &footer(versus))
}

const DIFFERENCES: [&str; 3] = [
    "differences",
    "Differences on the same futures",
    "Each study less the first, path by path: negative where it is cheaper. What both have in common cancels, so that &plusmn;, the standard error, is smaller than that of either cost.",
];

const STUDIES: &str = "&plusmn; is the standard error of the simulation: more paths make it smaller. Savings are against a study's own on-demand cost.";

const PARTS: [&str; 3] = [
    "parts",
    "The parts of each sum",
    "Each part is sized alone, under its own contract; the figures of a sum are those of its parts' bills added up on each future, so that a quantile is one of the sum. In its utilization and coverage a unit of a part counts as much as its work costs on demand. What parts draw under the same name is the same: usage that grows in one grows in the others.",
];

fn head(versus: &Versus, title: &str) -> String {
    format!(
        "<header>\n<p class=\"kicker\"><span>{}</span> <span>{} paths</span></p>\n<h1>{}</h1>\n</header>\n\
         <section id=\"answer\" aria-label=\"The verdict\">\n<p class=\"sentence\">{}</p>\n</section>\n",
        months(versus.months),
        count(versus.run.paths),
        escape(title),
        escape(&versus.sentence),
    )
}

/// A value with its standard error.
fn cell(e: Estimate, unit: MeasureUnit) -> String {
    let (value, error) = match unit {
        MeasureUnit::Usd => (usd(e.value), usd_error(e.standard_error)),
        MeasureUnit::Share => (percent(e.value), share_error(e.standard_error)),
    };
    format!("{} <small>&plusmn; {}</small>", escape(&value), escape(&error))
}

fn dollars(e: Option<Estimate>) -> String {
    e.map_or_else(|| NONE.into(), |e| cell(e, MeasureUnit::Usd))
}

/// A figure's cell from whatever a column stands for.
type Cell<'a, T> = Box<dyn Fn(&T) -> String + 'a>;

type Row<'a, T> = (String, Cell<'a, T>);

/// A table with a column for each of `all` and a row for each figure.
fn side_by_side<T>(names: &[&str], all: &[&T], rows: Vec<Row<'_, T>>) -> String {
    let heads: Vec<String> = names.iter().map(|n| escape(n)).collect();
    let mut head = vec![""];
    head.extend(heads.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, of)| std::iter::once(escape(&name)).chain(all.iter().map(|x| of(x))).collect())
        .filter(|row: &Vec<String>| row[1..].iter().any(|c| c != NONE))
        .collect();
    table::plain("compare", &head, &rows)
}

fn alternatives(versus: &Versus) -> String {
    let all: Vec<&AlternativeResult> = versus.alternatives.iter().collect();
    let names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
    let mean = |m: Measure| move |s: &AlternativeResult| cell(s.measure(m).mean, m.unit());
    let at = |p: f64| move |s: &AlternativeResult| dollars(s.measure(Measure::Cost).quantile(p));
    let discounted = versus.decided_by != Measure::Cost;
    let mut rows: Vec<Row<'_, AlternativeResult>> = vec![
        ("Commitment".into(), Box::new(|s| escape(&commitment(s)))),
        ("Mean cost".into(), Box::new(mean(Measure::Cost))),
    ];
    if discounted {
        rows.push(("Mean present value".into(), Box::new(mean(Measure::PresentValue))));
    }
    rows.extend::<Vec<Row<'_, AlternativeResult>>>(vec![
        ("P5 cost: 5 of 100 futures cost less".into(), Box::new(at(0.05))),
        ("P50 cost: half of the futures cost less".into(), Box::new(at(0.5))),
        ("P95 cost: 95 of 100 futures cost less".into(), Box::new(at(0.95))),
        (
            "CVaR 95: mean of the dearest 5 of 100".into(),
            Box::new(|s| dollars(s.measure(Measure::Cost).cvar95)),
        ),
        ("Waste, mean".into(), Box::new(mean(Measure::Waste))),
        ("Mean saving".into(), Box::new(mean(Measure::Saving))),
        (
            "Chance to beat on-demand".into(),
            Box::new(|s| cell(s.beats_on_demand, MeasureUnit::Share)),
        ),
        ("Utilization, mean".into(), Box::new(mean(Measure::Utilization))),
        ("Overflow spend, mean".into(), Box::new(mean(Measure::OverflowSpend))),
        (
            "Chance to exceed its budget".into(),
            Box::new(|s| {
                s.over_budget.map_or_else(|| NONE.into(), |e| cell(e, MeasureUnit::Share))
            }),
        ),
        (
            "Chance, given sampling error, of the lowest mean".into(),
            Box::new(|s| percent(s.best_probability)),
        ),
    ]);
    side_by_side(&names, &all, rows)
}

/// What each part of the sums commits to and pays.
fn parts(versus: &Versus) -> String {
    let sums = versus.alternatives.iter().filter(|s| s.is_sum());
    let row = |s: &AlternativeResult, part: &PartResult| {
        let money = [part.fee, part.cost].map(|e| cell(e, MeasureUnit::Usd));
        let names = [&s.name, &part.name, &of_part(part)].map(|text| escape(text));
        names.into_iter().chain(money).collect::<Vec<String>>()
    };
    let rows: Vec<Vec<String>> =
        sums.flat_map(|s| s.parts.iter().map(move |part| row(s, part))).collect();
    table::plain("compare", &["Sum", "Part", "Commitment", "Mean fees", "Mean cost"], &rows)
}

fn differences(versus: &Versus) -> String {
    let others = versus.alternatives.iter().filter_map(|s| Some((s, s.difference.as_ref()?)));
    let (studies, all): (Vec<&AlternativeResult>, Vec<&Difference>) = others.unzip();
    let names: Vec<String> =
        studies.iter().map(|s| format!("{} less {}", s.name, versus.first().name)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let decided = versus.decided_by;
    let mut rows = of_measure(decided);
    if decided != Measure::Cost {
        rows.extend(of_measure(Measure::Cost));
    }
    rows.push((
        "Cheaper on the same future".into(),
        Box::new(|d: &Difference| cell(d.cheaper, MeasureUnit::Share)),
    ));
    rows.push((
        "Dearer on the same future".into(),
        Box::new(|d: &Difference| cell(d.dearer, MeasureUnit::Share)),
    ));
    side_by_side(&names, &all, rows)
}

/// The rows of a measure's differences.
fn of_measure(measure: Measure) -> Vec<Row<'static, Difference>> {
    let of = move |d: &Difference| d.measure(measure).clone();
    let to = |low: f64, high: f64| format!("{} to {}", usd(low), usd(high));
    let interval = move |d: &Difference| {
        let mean = of(d).same_future.mean;
        escape(&to(mean.low, mean.high))
    };
    let spread = move |d: &Difference| {
        let at = |p| of(d).same_future.quantile(p).map_or(f64::NAN, |e| e.value);
        escape(&to(at(0.05), at(0.95)))
    };
    let cells: [(&str, Cell<'_, Difference>); 6] = [
        ("mean", Box::new(move |d| cell(of(d).same_future.mean, MeasureUnit::Usd))),
        ("95% interval of the mean", Box::new(interval)),
        ("at P50", Box::new(move |d| dollars(of(d).quantile(0.5)))),
        ("at P95", Box::new(move |d| dollars(of(d).quantile(0.95)))),
        ("at CVaR 95", Box::new(move |d| cell(of(d).cvar95, MeasureUnit::Usd))),
        ("in 90 of 100 futures", Box::new(spread)),
    ];
    let [title, ..] = measure.glossary();
    cells.map(|(name, of)| (format!("{title}, {name}"), of)).into()
}

/// Contract and clauses of each study, and what its futures have in common with the first's.
fn contracts(versus: &Versus) -> String {
    let pairs = |s: &AlternativeResult| -> Vec<(String, String)> {
        let futures = match (s.difference.is_some(), s.futures.same) {
            (false, _) => "",
            (true, true) => "; same loads and list prices as the first",
            (true, false) => "; other loads or list prices than the first, on the same draws",
        };
        let pair = |part: &PartResult| {
            let of = if s.is_sum() { format!(" in {}", s.name) } else { String::new() };
            let title =
                if part.title.is_empty() { String::new() } else { format!("{}; ", part.title) };
            let objective = format!("; minimized: {}", part.objective);
            let lines = part.contract.join("; ");
            (
                escape(&format!("{}{of}", part.name)),
                escape(&format!("{title}{lines}{objective}{futures}")),
            )
        };
        s.parts.iter().map(pair).collect()
    };
    table::terms("glossary", &versus.alternatives.iter().flat_map(pairs).collect::<Vec<_>>())
}

fn footer(versus: &Versus) -> String {
    let run = &versus.run;
    let mut pairs = vec![
        ("Paths".to_owned(), count(run.paths)),
        ("Replicates".to_owned(), run.replicates.to_string()),
        ("Sampler".to_owned(), format!("{} ({})", escape(&run.sampler), escape(&run.reason))),
        ("Seed".to_owned(), run.seed.to_string()),
        ("Discount rate".to_owned(), fine_percent(versus.discount_rate)),
    ];
    if let Some(control) = &run.control {
        let sentence = control.sentence(Some(&versus.first().name));
        pairs.push(("Control variates".to_owned(), escape(&sentence)));
    }
    for part in versus.alternatives.iter().flat_map(|s| &s.parts) {
        let name = format!("Hash of {}", escape(&part.name));
        let hash = (name, format!("<code>{}</code>", escape(&part.study_hash)));
        if !pairs.contains(&hash) {
            pairs.push(hash);
        }
    }
    pairs.push(("Version".to_owned(), format!("waterline {}", escape(&versus.version))));
    format!(
        "<footer>\n<h2>How to get these numbers again</h2>\n{}\
         <p>The same studies, seed and version give the same bytes, on any number of threads.</p>\n</footer>\n",
        table::terms("run", &pairs)
    )
}
