//! `waterline value --menu`.

use super::outputs::{Places, Report};
use super::progress::Bar;
use super::value::{Added, ValueArgs, check_size, refused, request, study, with_policy};
use super::{Failure, Outcome};
use crate::analysis::appraisal::{Offer, menu};
use crate::contract::AnyClause;
use crate::report::terminal::Style;
use crate::report::{csv, html, json, terminal};
use crate::results::appraisal::Menu;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

/// Values the variants of a file and gives the table of them.
pub(super) fn run(args: &ValueArgs, file: &Path) -> Outcome {
    let fail = |what: String| {
        let form = "help: a menu has a table for each variant:\n  [[variant]]\n  name = \"10 %, twice a \
                    year\"\n  clause = { kind = \"flex_down\", share = 0.10, windows = { every_months \
                    = 3, per_year = 2 } }\n";
        Failure::Input(format!("error: {}: {what}\n{form}", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|e| fail(e.to_string()))?;
    let listed: MenuFile = toml::from_str(&text).map_err(|e| fail(e.to_string()))?;
    if listed.variant.is_empty() {
        return Err(fail("it has no variant".into()));
    }
    let (mut offers, mut failed, mut shown) = (Vec::new(), None, BTreeSet::new());
    let mut inputs = vec![file.to_owned()];
    let draft: Vec<String> =
        study(args, &[], &mut shown)?.0.contract.clauses.iter().map(AnyClause::kind).collect();
    for variant in listed.variant {
        let name = format!("{}, variant \"{}\"", file.display(), variant.name);
        let kind = variant.clause.get("kind").and_then(toml::Value::as_str);
        let same: Vec<usize> =
            (0..draft.len()).filter(|i| kind == Some(draft[*i].as_str())).collect();
        // Of some kinds a contract has one.
        let place = if let [only] = same[..] { only.to_string() } else { "+".into() };
        let added = Added::at(&place, &name, &with_policy(variant.clause));
        let (mut study, files) = match study(args, &[added], &mut shown) {
            Ok(found) => found,
            Err(failure) => {
                failed = Some(failure);
                continue;
            }
        };
        inputs = [inputs, files].concat();
        // A variant takes the place of what the contract has of its kind.
        if let [only] = same[..] {
            study.contract.clauses[only..].rotate_left(1);
        }
        let kind = study.contract.clauses.last().map(AnyClause::kind);
        let last = study.contract.clauses.len() - 1;
        let mut at = 0;
        study.contract.clauses.retain(|clause| {
            at += 1;
            at - 1 == last || Some(clause.kind()) != kind
        });
        check_size(args, &study)?;
        offers.push(Offer { name: variant.name, study });
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    let places = Places::plan(&args.files, &csv::appraisal::MENU_FILES, &inputs)?;
    let request = request(args);
    let bar = Bar::new(!args.quiet);
    let done = args.threads.install(|| menu(&offers, &request, &bar))?;
    bar.clear();
    places.give(&done.map_err(refused)?, args.quiet)?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MenuFile {
    variant: Vec<VariantTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantTable {
    name: String,
    clause: toml::Table,
}

impl Report for Menu {
    fn json(&self) -> String {
        json::render_menu(self)
    }

    fn html(&self) -> String {
        html::appraisal::render_menu(self)
    }

    fn csv(&self) -> Vec<csv::Table> {
        csv::appraisal::render_menu(self)
    }

    fn terminal(&self, style: Style) -> String {
        terminal::appraisal::render_menu(self, style)
    }
}
