//! What clauses are worth, as a page.

use super::text::{NONE, amount, escape, fine_percent, percent, units, usd, usd_error};
use super::{caution, figures, page, section, table};
use crate::results::appraisal::{Appraisal, Menu, RightAtWindow, Trigger, ValueRun, Worth};
use crate::stats::Estimate;
use crate::words::{count, months};

/// The page.
#[must_use]
pub fn render(a: &Appraisal) -> String {
    let title = if a.title.is_empty() { "What the clauses are worth" } else { &a.title };
    let parts = [
        head(a, title),
        caution::render(&a.warnings),
        section(
            "values",
            "What each clause is worth",
            VALUES,
            &(figures::waterfall(a) + &values(a)),
        ),
        section("parts", "Where the value comes from", PARTS, &parts(a)),
        section("windows", "When to exercise", WINDOWS, &(figures::triggers(a) + &windows(a))),
        section("rules", "Rules to follow by hand", RULES, &rules(a)),
        section("risk", "What it does to dear futures", RISK, &risk(a)),
        section("ceiling", "The same by rolling short terms", CEILING, &ceiling(a)),
        section("refund", "What the vendor grants anyway", REFUND, &refund(a)),
        section("depends", "What the value depends on", "", &sensitivity(a)),
        section("contract", "What is valued", "", &contract(a)),
    ];
    page(title, &a.version, &parts, &footer(&a.run, &a.study_hash, a.discount_rate))
}

const VALUES: &str = "The first figure is what the fitted policy saves on fresh paths, the second what no policy can exceed that sees closed months only; &plusmn; is the standard error. Alone: as the only one of these clauses. Beside the others: what would be lost if it alone were given up. Shares (Shapley) add up to the whole.";
const PARTS: &str = "Costs are present values. Intrinsic is what the best plan that is fixed today saves; extrinsic what deciding as months close adds. Who saw the future would save the last figure: nobody can be asked to pay for that.";
const WINDOWS: &str = "Exercise where the mean load of the closed month is on the named side of the trigger. A trigger depends on what has been exercised before.";
const RULES: &str = "A rule by hand against the policy that is fitted window by window, both on the same fresh paths.";
const CEILING: &str = "Who signs for a month at a time chooses the units of every month anew, knowing the months before. No right to change the units is worth more at the same price of a unit.";
const REFUND: &str = "Units may be handed back while what is left to pay for them is within a limit. Who has that right need not pay for another that does the same: with <code>--add 'refund(...)'</code> the clauses are valued beside it.";
const RISK: &str = "Figures of the present value of the cost. The policy is the one that is best for the mean; a policy made for bad futures would be another.";

fn head(a: &Appraisal, title: &str) -> String {
    format!(
        "<header>\n<p class=\"kicker\"><span>{}</span> <span>{} {}</span> <span>{} paths</span></p>\n\
         <h1>{}</h1>\n</header>\n\
         <section id=\"answer\" aria-label=\"The value\">\n<p class=\"sentence\">{}</p>\n</section>\n",
        months(a.months),
        escape(&a.strategy.replace('_', " ")),
        amount(a.units, &a.unit),
        count(a.run.paths),
        escape(title),
        escape(&a.sentence),
    )
}

fn cell(e: Estimate) -> String {
    format!("{} <small>&plusmn; {}</small>", usd(e.value), escape(&usd_error(e.standard_error)))
}

fn range(worth: &Worth) -> String {
    let upper = worth.upper.map_or_else(|| NONE.into(), cell);
    format!("{} to {upper}", cell(worth.lower))
}

fn values(a: &Appraisal) -> String {
    let mut rows: Vec<Vec<String>> = a
        .clauses
        .iter()
        .map(|c| {
            let name = escape(&c.name.replace('_', " "));
            vec![name, range(&c.alone), range(&c.last), c.share.map_or_else(|| NONE.into(), cell)]
        })
        .collect();
    rows.push(vec![
        "together".into(),
        range(&a.together),
        range(&a.together),
        cell(a.together.lower),
    ]);
    if let Some(resized) = &a.resized {
        let what = format!(
            "together, signed with {} instead of {}",
            amount(resized.units_with, &a.unit),
            units(resized.units_without)
        );
        rows.push(vec![what, range(&resized.value), NONE.into(), NONE.into()]);
    }
    table::plain("compare", &["", "Alone", "Beside the others", "Share"], &rows)
}

fn parts(a: &Appraisal) -> String {
    let p = &a.parts;
    let rows = [
        ("Expected cost without", Some(p.cost_without)),
        ("Expected cost with", Some(p.cost_with)),
        ("Intrinsic value", p.intrinsic),
        ("Extrinsic value", p.extrinsic),
        ("Crystal ball, no bound", p.crystal_ball),
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().filter_map(|(name, e)| Some(vec![(*name).to_owned(), cell((*e)?)])).collect();
    let solved = a.solved.as_ref().map_or_else(String::new, |solved| {
        format!(
            "<p>Dense dynamic program: {} (the last halving of its grid moved it by {}).</p>\n",
            usd(solved.value),
            usd(solved.moved)
        )
    });
    table::plain("compare", &["", "USD"], &rows) + &solved
}

fn trigger(t: &Trigger, unit: &str) -> String {
    let load = units((100.0 * t.load).round() / 100.0);
    let place = t.ratio.map_or_else(
        || format!("load {load}"),
        |ratio| {
            let of = amount((100.0 * t.units).round() / 100.0, unit);
            format!("{} of {of} (load {load})", fine_percent(ratio))
        },
    );
    format!(
        "{} {place}, {} used before, {} of futures stand here{}",
        if t.below { "below" } else { "above" },
        t.used,
        percent(t.probability.value),
        t.agrees.map_or_else(String::new, |share| format!(
            "; the policy looks at more and decides so in {}",
            percent(share)
        ))
    )
}

fn windows(a: &Appraisal) -> String {
    let row = |month: usize, right: &RightAtWindow| {
        let triggers: Vec<String> = right.triggers.iter().map(|t| trigger(t, &a.unit)).collect();
        vec![
            format!("after month {month}"),
            escape(&right.clause.replace('_', " ")),
            percent(right.probability.value),
            if triggers.is_empty() { NONE.into() } else { triggers.join("<br>") },
        ]
    };
    let rows: Vec<Vec<String>> = a
        .windows
        .iter()
        .flat_map(|window| window.rights.iter().map(move |right| (window.month, right)))
        .map(|(month, right)| row(month, right))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table::plain("compare", &["Window", "Right", "Exercised in", "Where the load is"], &rows)
}

fn rules(a: &Appraisal) -> String {
    if a.rules.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = a
        .rules
        .iter()
        .map(|rule| {
            let toml = rule
                .toml
                .as_ref()
                .map_or_else(|| NONE.into(), |t| format!("<code>{}</code>", escape(t)));
            vec![escape(&rule.rule), cell(rule.value), percent(rule.of_best), toml]
        })
        .collect();
    table::plain("compare", &["Exercise where", "Saves", "Of the best", "In a study"], &rows)
}

fn ceiling(a: &Appraisal) -> String {
    if a.rolling.is_empty() {
        return String::new();
    }
    let row = |r: &crate::results::appraisal::Rolling| {
        vec![format!("a unit costs {} more", percent(r.premium)), cell(r.value)]
    };
    let rows: Vec<Vec<String>> = a.rolling.iter().map(row).collect();
    table::plain("compare", &["One-month terms where", "Save"], &rows)
}

fn refund(a: &Appraisal) -> String {
    let Some(refund) = &a.refund else { return String::new() };
    let rule = format!(
        "up to {} left to pay, again after {}",
        usd(refund.limit_usd),
        months(refund.over_months)
    );
    table::plain(
        "compare",
        &["Refund rule of the offer", "At least"],
        &[vec![rule, cell(refund.value.lower)]],
    )
}

fn risk(a: &Appraisal) -> String {
    let rows: Vec<Vec<String>> = a
        .risk
        .iter()
        .map(|r| vec![escape(&r.figure), cell(r.without), cell(r.with), cell(r.saved)])
        .collect();
    table::plain("compare", &["Cost", "Without", "With", "Saved"], &rows)
}

fn sensitivity(a: &Appraisal) -> String {
    if a.sensitivity.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> =
        a.sensitivity.iter().map(|s| vec![escape(&s.change), cell(s.value)]).collect();
    table::plain("compare", &["With", "They are worth"], &rows)
}

fn contract(a: &Appraisal) -> String {
    let mut pairs: Vec<(String, String)> =
        a.contract.iter().map(|line| ("Contract".to_owned(), escape(line))).collect();
    let about = |c: &crate::results::appraisal::ClauseWorth| {
        (escape(&c.name.replace('_', " ")), escape(&c.description))
    };
    pairs.extend(a.clauses.iter().map(about));
    table::terms("glossary", &pairs)
}

fn footer(run: &ValueRun, hash: &str, rate: f64) -> String {
    let mut pairs = vec![
        ("Expected costs".to_owned(), escape(&run.why)),
        ("Paths".to_owned(), format!("{} in {} replicates", count(run.paths), run.replicates)),
        ("Decisions told apart".to_owned(), count(run.decisions)),
        ("Seed".to_owned(), run.seed.to_string()),
        ("Discount rate".to_owned(), fine_percent(rate)),
    ];
    if run.bound_paths > 0 {
        pairs.push(("Training paths".to_owned(), count(run.training_paths)));
        let bound =
            format!("{} paths, {} futures each", count(run.bound_paths), count(run.futures));
        pairs.push(("Upper bound".to_owned(), bound));
    }
    if !hash.is_empty() {
        pairs.push(("Hash of the study".to_owned(), format!("<code>{}</code>", escape(hash))));
    }
    format!(
        "<footer>\n<h2>How to get these numbers again</h2>\n{}\
         <p>The same study, seed and version give the same bytes, on any number of threads.</p>\n</footer>\n",
        table::terms("run", &pairs)
    )
}

/// A menu as a page.
#[must_use]
pub fn render_menu(menu: &Menu) -> String {
    let title = if menu.title.is_empty() { "Negotiation menu" } else { &menu.title };
    let rows: Vec<Vec<String>> = menu
        .variants
        .iter()
        .map(|v| {
            vec![
                format!("{}<br><small>{}</small>", escape(&v.name), escape(&v.description)),
                range(&v.value),
                percent(v.of_cost),
                v.step.map_or_else(|| NONE.into(), cell),
                v.exercises.map_or_else(
                    || NONE.into(),
                    |e| format!("{:.2} <small>&plusmn; {:.2}</small>", e.value, e.standard_error),
                ),
            ]
        })
        .collect();
    let heads = ["Variant", "Worth", "Of the cost", "More than the one above", "Exercises"];
    let head = format!(
        "<header>\n<p class=\"kicker\"><span>{}</span> <span>{} paths</span></p>\n<h1>{}</h1>\n</header>\n\
         <section id=\"answer\" aria-label=\"The menu\">\n<p class=\"sentence\">{}</p>\n</section>\n",
        amount(menu.units, &menu.unit),
        count(menu.run.paths),
        escape(title),
        escape(&menu.sentence),
    );
    let parts = [
        head,
        caution::render(&menu.warnings),
        section(
            "menu",
            "The cheapest concession first",
            VALUES,
            &table::plain("compare", &heads, &rows),
        ),
    ];
    page(title, &menu.version, &parts, &footer(&menu.run, "", menu.discount_rate))
}
