//! The engine from study files to results, against closed forms, cited figures and itself.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests say what they skip and what they measured"
)]

mod clauses;
mod closed_forms;
mod determinism;
mod flip;
mod forms;
mod golden;
mod known;
mod properties;
mod repetition;
mod structure;
mod support;
