//! What clauses are worth, as CSV tables.

use super::{Table, cells, header, number, row, table, warnings};
use crate::results::appraisal::{Appraisal, Menu, Worth};
use crate::stats::Estimate;

/// Names of the files of [`render`], in its order.
pub const FILES: [&str; 7] = [
    "values.csv",
    "windows.csv",
    "triggers.csv",
    "units.csv",
    "rules.csv",
    "sensitivity.csv",
    "warnings.csv",
];

/// Names of the files of [`render_menu`], in its order.
pub const MENU_FILES: [&str; 2] = ["menu.csv", "warnings.csv"];

/// All tables of an appraisal.
#[must_use]
pub fn render(a: &Appraisal) -> Vec<Table> {
    vec![
        values(a),
        windows(a),
        triggers(a),
        units(a),
        rules(a),
        sensitivity(a),
        warnings(&a.warnings),
    ]
}

/// All tables of a menu.
#[must_use]
pub fn render_menu(menu: &Menu) -> Vec<Table> {
    let rows = menu.variants.iter().flat_map(|variant| {
        let key = |what: &str, e| row(&[&variant.name, what], cells(e));
        let mut rows = vec![key("lower", variant.value.lower)];
        rows.extend(variant.value.upper.map(|e| key("upper", e)));
        rows.extend(variant.step.map(|e| key("more_than_before", e)));
        rows.push(row(
            &[&variant.name, "share_of_cost"],
            [number(variant.of_cost), String::new(), String::new(), String::new()],
        ));
        rows.extend(variant.exercises.map(|e| key("exercises", e)));
        rows
    });
    vec![table("menu.csv", &header(&["variant", "figure"]), rows), warnings(&menu.warnings)]
}

fn values(a: &Appraisal) -> Table {
    let mut rows = Vec::new();
    let mut worth = |clause: &str, what: &str, worth: &Worth| {
        rows.push(row(&[clause, what, "value"], cells(worth.value)));
        rows.push(row(&[clause, what, "lower"], cells(worth.lower)));
        rows.extend(worth.upper.map(|e| row(&[clause, what, "upper"], cells(e))));
    };
    worth("all", "together", &a.together);
    for clause in &a.clauses {
        worth(&clause.name, "alone", &clause.alone);
        worth(&clause.name, "beside_the_others", &clause.last);
    }
    if let Some(resized) = &a.resized {
        worth("all", "at_the_best_size_of_either", &resized.value);
    }
    if let Some(refund) = &a.refund {
        worth("refund_rule_of_the_offer", "alone", &refund.value);
    }
    for clause in &a.clauses {
        rows.extend(clause.share.map(|e| row(&[&clause.name, "share", "shapley"], cells(e))));
    }
    for (name, e) in [
        ("cost_without", Some(a.parts.cost_without)),
        ("cost_with", Some(a.parts.cost_with)),
        ("intrinsic", a.parts.intrinsic),
        ("extrinsic", a.parts.extrinsic),
        ("crystal_ball", a.parts.crystal_ball),
    ] {
        rows.extend(e.map(|e| row(&["all", name, "mean"], cells(e))));
    }
    for line in &a.risk {
        for (what, e) in [("without", line.without), ("with", line.with), ("saved", line.saved)] {
            rows.push(row(&["all", &line.figure, what], cells(e)));
        }
    }
    if let Some(solved) = &a.solved {
        let none = || [number(solved.value), String::new(), String::new(), String::new()];
        rows.push(row(&["all", "dense_dynamic_program", "value"], none()));
    }
    for rolling in &a.rolling {
        let premium = number(rolling.premium);
        rows.push(row(&["all", "rolling_months_premium", &premium], cells(rolling.value)));
    }
    table("values.csv", &header(&["clause", "what", "figure"]), rows.into_iter())
}

fn windows(a: &Appraisal) -> Table {
    let rows = a.windows.iter().flat_map(|window| {
        window
            .rights
            .iter()
            .map(|right| row(&[&window.month.to_string(), &right.clause], cells(right.probability)))
    });
    table("windows.csv", &header(&["after_month", "clause"]), rows)
}

fn triggers(a: &Appraisal) -> Table {
    let rows = a.windows.iter().flat_map(|window| {
        window.rights.iter().flat_map(|right| {
            right.triggers.iter().map(|t| {
                vec![
                    window.month.to_string(),
                    right.clause.clone(),
                    t.used.to_string(),
                    number(t.units),
                    if t.below { "below" } else { "above" }.into(),
                    number(t.load),
                    t.ratio.map_or_else(String::new, number),
                    t.agrees.map_or_else(String::new, number),
                    number(t.probability.value),
                    number(t.probability.standard_error),
                ]
            })
        })
    });
    let head = [
        "after_month",
        "clause",
        "used",
        "units",
        "side",
        "load",
        "per_unit",
        "agrees",
        "probability",
        "probability_error",
    ];
    table("triggers.csv", &head, rows)
}

fn units(a: &Appraisal) -> Table {
    let rows = a.months_table.iter().flat_map(|m| {
        let month = m.month.to_string();
        let [p10, p50, p90] = m.load;
        let figures = [
            ("units_never", Estimate::exact(m.units_never)),
            ("units_mean", m.units),
            ("load_p10", p10),
            ("load_p50", p50),
            ("load_p90", p90),
        ];
        figures.map(|(name, e)| row(&[&month, name], cells(e)))
    });
    table("units.csv", &header(&["month", "figure"]), rows)
}

fn rules(a: &Appraisal) -> Table {
    let of_line = |x: Option<f64>| x.map_or_else(String::new, number);
    let rows = a.rules.iter().map(|rule| {
        row(
            &[
                &rule.rule,
                &of_line(rule.level),
                &of_line(rule.per_month_left),
                &number(rule.of_best),
            ],
            cells(rule.value),
        )
    });
    table("rules.csv", &header(&["rule", "level", "per_month_left", "of_best"]), rows)
}

fn sensitivity(a: &Appraisal) -> Table {
    let rows = a.sensitivity.iter().map(|other| row(&[&other.change], cells(other.value)));
    table("sensitivity.csv", &header(&["change"]), rows)
}
