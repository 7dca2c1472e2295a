//! Two mistakes at once: both are found in one run.

use super::support::Case;
use super::{bounds, contracts, distributions, syntax};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use waterline::input::findings::{Finding, Severity};
use waterline::input::load_text;

/// A single mistake that overrides make of a study.
struct Mistake {
    name: String,
    study: String,
    sets: Vec<String>,
    /// Code and field of each error.
    errors: BTreeSet<(String, String)>,
}

fn errors(study: &str, sets: &[String]) -> BTreeSet<(String, String)> {
    let loaded = load_text("study.toml", study, Path::new(""), sets);
    let errors = loaded.findings.list.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|f: &Finding| (f.code.to_owned(), f.field.clone())).collect()
}

impl Mistake {
    fn of(case: &Case) -> Option<Self> {
        let (name, study, sets) = case.overrides()?;
        let sets: Vec<String> = sets.into_iter().map(str::to_owned).collect();
        let errors = errors(study, &sets);
        Some(Self { name: name.into(), study: study.into(), sets, errors })
    }

    /// The tables that its overrides change and that its errors are about.
    fn tables(&self) -> BTreeSet<String> {
        let table = |field: &str| {
            let end = field.find(['.', '[', '=']).unwrap_or(field.len());
            field[..end].trim().to_owned()
        };
        let fields = self.errors.iter().map(|(_, field)| field.as_str());
        self.sets.iter().map(String::as_str).chain(fields).map(table).collect()
    }
}

/// One mistake of each kind: by study, code and table.
fn mistakes() -> Vec<Mistake> {
    let families = [
        syntax::of_fields(),
        contracts::of_contracts(),
        contracts::of_clauses(),
        contracts::of_rights(),
        contracts::of_clauses_on_the_bill(),
        contracts::of_forms_of_commitment(),
        contracts::of_tranches_and_ways_out(),
        contracts::of_books_and_offers(),
        distributions::of_distributions(),
        distributions::of_correlations(),
        bounds::of_bounds(),
    ];
    let mut known = BTreeSet::new();
    let mut kinds: Vec<Mistake> = families.iter().flatten().filter_map(Mistake::of).collect();
    kinds.retain(|m| {
        let codes: BTreeSet<String> = m.errors.iter().map(|(code, _)| code.clone()).collect();
        known.insert((m.study.clone(), codes, m.tables()))
    });
    kinds
}

/// Findings that depend on another table, so that a mistake there leaves them open: code, table, why.
const DEPENDENT: [(&str, &str, &str); 8] = [
    ("too-fine", "workload", "a step is too fine for a load, which is not known"),
    ("not-sold", "workload", "the sizes are those of a model, which is not known"),
    ("not-sold", "sizing", "the sizes are listed, and the list is not known"),
    ("offer-mismatch", "contract", "the offer is not known"),
    ("out-of-range", "months_until_start", "what grows beyond all bounds depends on the months"),
    ("out-of-range", "horizon_months", "what grows beyond all bounds depends on the months"),
    ("beyond-horizon", "horizon_months", "the horizon is not known"),
    ("beyond-term", "horizon_months", "the horizon is not known"),
];

/// Why a pair cannot show both.
fn excuse(a: &Mistake, b: &Mistake) -> Option<&'static str> {
    let says = |m: &Mistake, code: &str| m.errors.iter().any(|(own, _)| own == code);
    let depends = |a: &Mistake, b: &Mistake| {
        DEPENDENT.iter().find(|(code, table, _)| says(a, code) && b.tables().contains(*table))
    };
    depends(a, b).or_else(|| depends(b, a)).map(|(_, _, why)| *why)
}

/// One in so many pairs is tried.
const STRIDE: usize = 7;

#[test]
fn any_two_mistakes_in_different_tables_are_found_together() {
    let mistakes = mistakes();
    // Each with a few of the others, so that the test takes seconds.
    let pair =
        |i: usize| mistakes[i + 1..].iter().skip(i % STRIDE).step_by(STRIDE).map(move |b| (i, b));
    let pairs: Vec<(&Mistake, &Mistake)> = (0..mistakes.len())
        .flat_map(pair)
        .map(|(i, b)| (&mistakes[i], b))
        .filter(|(a, b)| a.study == b.study && a.tables().is_disjoint(&b.tables()))
        .filter(|(a, b)| excuse(a, b).is_none())
        .collect();
    println!("{} mistakes, {} pairs", mistakes.len(), pairs.len());
    let missed: Vec<String> = pairs
        .par_iter()
        .filter_map(|(a, b)| {
            let both = errors(&a.study, &[a.sets.clone(), b.sets.clone()].concat());
            let expected: BTreeSet<_> = a.errors.union(&b.errors).cloned().collect();
            (both != expected).then(|| {
                let lost: Vec<_> = expected.difference(&both).collect();
                let more: Vec<_> = both.difference(&expected).collect();
                format!("{} + {}: lost {lost:?}, new {more:?}", a.name, b.name)
            })
        })
        .collect();
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), pairs.len(), missed.join("\n"));
    assert!(pairs.len() > 50, "{}", pairs.len());
}

/// Mistakes of every stage: the schema's, the price book's, a file's, and what does not go together.
const STAGES: &str = r#"title = 5
start = "2027-13"

[workload]
model = "azure/gpt-9"
deploymnet = "global"
shape = "office_weak"

[workload.history]
file = "nowhere.csv"
time_zone = "Mars/Olympus"

[[workload.levers]]
kind = "efficiency"
from_month = 0
reduction = 0.2

[growth]
expected_per_year = 0.5
volatility_per_month = 0.1

[price]
volatility_per_month = -0.1

[[correlations]]
between = ["growth", "weather"]
value = 0.5

[contract]
fee_per_unit_month = 6.0
term_months = 12
units = 30
min_units = 50
step = 10
renewal_price_change = 0.05

[[contract.clauses]]
kind = "flex_down"
share = 0.15
windows = { every_months = 3, notice_months = 14 }
policy = { kind = "threshold", level = 0.85 }

[[contract.clauses]]
kind = "clawbak"
threshold = 0.7
share = 0.1

[[contract.clauses]]
kind = "ramp"
steps = [{ until_month = 13, share = 0.5 }]

[strategies]
compare = ["hybrid"]

[sizing]
minimize = "cvar"

[finance]
budget = -5
"#;

#[test]
fn mistakes_of_all_stages_are_found_at_once() {
    let loaded = load_text("study.toml", STAGES, Path::new(""), &[]);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("all_stages", loaded.findings.render(false));
    });
    let mut list: Vec<&Finding> = loaded.findings.list.iter().collect();
    list.sort_by_key(|f| f.place.as_ref().map(|p| p.span.start));
    let found: Vec<(&str, &str)> = list.iter().map(|f| (f.code, f.field.as_str())).collect();
    let expected = [
        ("wrong-type", "title"),
        ("date", "start"),
        ("not-in-book", "workload.model"),
        ("unknown-key", "workload.deploymnet"),
        ("unknown-word", "workload.shape"),
        ("unreadable", "workload.history.file"),
        ("out-of-range", "workload.levers[0].from_month"),
        ("out-of-range", "price.volatility_per_month"),
        ("correlation-names", "correlations[0].between"),
        ("not-sold", "contract.units"),
        ("no-effect", "contract.renewal_price_change"),
        ("beyond-term", "contract.clauses[0].windows.notice_months"),
        ("unknown-word", "contract.clauses[1].kind"),
        ("beyond-term", "contract.clauses[2].steps[0].until_month"),
        ("missing-field", "sizing"),
        ("out-of-range", "finance.budget"),
    ];
    assert_eq!(found, expected);
}
