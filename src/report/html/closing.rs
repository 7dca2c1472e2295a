//! The end of the page: what each word means, and how to get the same numbers again.

use super::text::escape;
use super::{section, table};
use crate::measure::Measure;
use crate::results::Results;
use crate::words::count;

/// Words of the page that are not measures.
const WORDS: [[&str; 2]; 7] = [
    [
        "Future",
        "One simulated course of usage, prices and forecast error: a path. Every strategy is settled on the same ones.",
    ],
    ["P90", "The value that is not exceeded in 90 of 100 futures; P50 is the median."],
    ["CVaR 95", "The mean of the highest 5% of futures."],
    [
        "Standard error",
        "How far a number may be off because only so many futures were simulated. It says nothing about wrong inputs.",
    ],
    [
        "Control variates",
        "Quantities whose expectation is known without simulation. What the simulated futures got wrong about them is taken off the means; percentiles stay as simulated.",
    ],
    [
        "Indifference band",
        "The sizes whose objective is so close to the best that other reasons may decide.",
    ],
    ["Objective", "What the best size minimizes; the inputs name it."],
];

/// Every word with its formula.
pub(super) fn glossary() -> String {
    let measure = |m: &Measure| {
        let [title, formula, meaning] = m.glossary();
        (escape(title), format!("<code>{}</code> {}", escape(formula), escape(meaning)))
    };
    let words = WORDS.iter().map(|[word, says]| (escape(word), escape(says)));
    let pairs: Vec<(String, String)> = Measure::ALL.iter().map(measure).chain(words).collect();
    let lead = "Money is nominal US dollars over the horizon unless it says present value.";
    section("glossary", "Glossary", lead, &table::terms("glossary", &pairs))
}

/// How the numbers were made.
pub(super) fn footer(results: &Results) -> String {
    let run = &results.run;
    let pairs = [
        ("Paths", count(run.paths)),
        ("Paths of the monthly figures", count(run.month_paths)),
        ("Replicates", run.replicates.to_string()),
        ("Sampler", format!("{} ({})", escape(&run.sampler), escape(&run.reason))),
        ("Seed", run.seed.to_string()),
        ("Study hash", format!("<code>{}</code>", escape(&results.facts.study_hash))),
        ("Version", format!("waterline {}", escape(&results.version))),
    ];
    let mut pairs: Vec<(String, String)> = pairs.map(|(a, b)| (a.to_owned(), b)).into();
    let stopped = run.stopping.as_ref().map(|s| ("Stopped".to_owned(), escape(&s.sentence)));
    pairs.splice(1..1, stopped);
    let control =
        run.control.as_ref().map(|c| ("Control variates".to_owned(), escape(&c.sentence(None))));
    pairs.splice(4..4, control);
    format!(
        "<footer>\n<h2>How to get these numbers again</h2>\n{}\
         <p>The same study, seed and version give the same bytes, on any number of threads.</p>\n</footer>\n",
        table::terms("run", &pairs)
    )
}
