//! The engine from study files to results, against closed forms, cited figures and itself.

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
