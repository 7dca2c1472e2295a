//! Random edits of good files: whatever comes of them is a study or findings, never a panic.

use super::support::{TOKENS, USAGE};
use crate::support::repository;
use waterline::input::{Loaded, load_text};

/// SplitMix64: edits that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

const TOKENS_OF_CHANCE: [&str; 24] = [
    "-1",
    "0",
    "1e308",
    "nan",
    "inf",
    "\"x\"",
    "\"\"",
    "[]",
    "{}",
    "true",
    "0.5",
    "64",
    "[1, 2]",
    "2027-01-01",
    "=",
    "\u{feff}",
    "🦀",
    "\\",
    "\"",
    "{ dist = \"uniform\", min = 0, max = 1 }",
    "{ dist = \"normal\", mean = 1, sd = 1 }",
    "99999999999999999999",
    "#",
    "\u{0}",
];

/// One edit of a text.
fn edited(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = dice.below(lines.len());
    match dice.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[dice.below(lines.len())].clone()),
        2 => lines.swap(at, dice.below(text.lines().count())),
        3 | 4 => {
            let token = TOKENS_OF_CHANCE[dice.below(TOKENS_OF_CHANCE.len())];
            let key = lines[at].split('=').next().unwrap_or_default();
            lines[at] = format!("{key}= {token}");
        }
        5 => {
            let token = TOKENS_OF_CHANCE[dice.below(TOKENS_OF_CHANCE.len())];
            let fields: Vec<&str> = lines[at].split(',').collect();
            let field = dice.below(fields.len());
            let with = fields.iter().enumerate().map(|(i, f)| if i == field { token } else { *f });
            lines[at] = with.collect::<Vec<_>>().join(",");
        }
        _ => {
            let mut bytes = lines[at].clone().into_bytes();
            if !bytes.is_empty() {
                let byte = dice.below(bytes.len());
                bytes[byte] ^= 1 << dice.below(7);
            }
            lines[at] = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    lines.join("\n") + "\n"
}

/// Loads a text; a panic is shown with the text that made it.
fn loaded(text: &str, load: impl FnOnce() -> Loaded + std::panic::UnwindSafe) -> bool {
    let loaded = std::panic::catch_unwind(load);
    let loaded = loaded.unwrap_or_else(|_| panic!("a panic of\n{text}"));
    let shown = loaded.findings.render(false);
    assert_eq!(loaded.study.is_none(), loaded.findings.has_errors(), "{text}\n{shown}");
    assert!(!shown.contains("please report"), "{text}\n{shown}");
    loaded.study.is_some()
}

#[test]
fn edited_studies_are_studies_or_findings() {
    let folder = repository("models/studies");
    let shipped = ["starter.toml", "support_assistant.toml"]
        .map(|name| std::fs::read_to_string(folder.join(name)).expect("a study"));
    // The starter holds most fields behind comment signs: they take part.
    let open = shipped[0].replace("\n# [[", "\n[[").replace("\n# kind", "\nkind");
    let open = open.replace("\n# steps", "\nsteps").replace("\n# threshold", "\nthreshold");
    let open = open.replace("\n# share", "\nshare").replace("\n# budget", "\nbudget");
    let studies = [open.as_str(), TOKENS, shipped[0].as_str(), shipped[1].as_str()];
    let mut dice = Dice(7);
    let (mut good, mut bad) = (0, 0);
    for i in 0..400 {
        // The last study reads a usage file of 1,700 rows.
        let study = studies[if i % 20 == 0 { 3 } else { i % 3 }];
        let mut text = study.to_owned();
        for _ in 0..=dice.below(3) {
            text = edited(&text, &mut dice);
        }
        let of_text = text.clone();
        let base = folder.clone();
        let is_study = loaded(&text, move || load_text("study.toml", &of_text, &base, &[]));
        *(if is_study { &mut good } else { &mut bad }) += 1;
    }
    assert!(good > 40 && bad > 150, "{good} good, {bad} bad");
}

#[test]
fn edited_usage_files_are_usage_or_findings() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = super::usage_files::good();
    let mut dice = Dice(8);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..300 {
        let mut text = text.clone();
        for _ in 0..=dice.below(3) {
            text = edited(&text, &mut dice);
        }
        std::fs::write(folder.path().join("usage.csv"), &text).expect("written");
        let base = folder.path().to_owned();
        let is_study = loaded(&text, move || load_text("study.toml", USAGE, &base, &[]));
        *(if is_study { &mut good } else { &mut bad }) += 1;
    }
    assert!(good > 40 && bad > 100, "{good} good, {bad} bad");
}
