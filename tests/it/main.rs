//! The engine from study files to results, against closed forms, cited figures and itself.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests say what they measured or skipped"
)]

mod bench;
mod clauses;
mod cli;
mod closed_forms;
mod clusters;
mod controls;
mod determinism;
mod exercise;
mod explain;
mod flip;
mod forms;
mod golden;
mod html;
mod kernels;
mod known;
mod levers;
mod malformed;
mod mechanisms;
mod menu;
mod mixes;
mod pieces;
mod price_books;
mod properties;
mod quantiles;
mod questions;
mod readme;
mod repetition;
mod replay;
mod rights;
mod stopping;
mod structure;
mod sums;
mod support;
mod templates;
mod traces;
mod versus;
mod warnings;
mod worth;
