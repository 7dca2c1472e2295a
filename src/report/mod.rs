//! Reports: they print results, of studies and of machines, and see nothing else.
//!
//! | file | what |
//! |---|---|
//! | [`terminal`] | the answer and the tables that fit a screen |
//! | [`json`] | everything, versioned |
//! | [`csv`] | every table, for a spreadsheet |
//! | [`html`] | one page to show and print |
//!
//! Studies against each other have their own tables ([`terminal::versus`], [`csv::versus`]) and page
//! ([`html::versus`]), and so have measurements of a machine ([`terminal::bench`], [`html::bench`]).
//! A replayed path has its own table ([`terminal::replay`]) and CSV ([`csv::replay`]), an explained
//! study its own text ([`terminal::explain`]).
//! [`svg`] draws the charts of the pages.
//!
//! To add one: a file here, its `mod` line, its option in [`crate::cli`].

pub mod csv;
pub mod html;
pub mod json;
pub mod svg;
pub mod terminal;
