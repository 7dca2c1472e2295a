//! From files to a [`Study`](crate::study::Study), or to every finding at once.
//!
//! | file | what |
//! |---|---|
//! | [`findings`] | what is wrong, where, and what to do; drawn as a compiler draws it |
//! | [`tree`] | TOML with the place of every value, and overrides from the command line |
//! | [`schema`] | a tree against the JSON Schema of the type it should be |
//! | [`study_file`] | the study file as its tables stand |
//! | [`price_book`] | price books, shipped and own |
//! | [`templates`] | pieces of a study that it builds on, shipped and own |
//! | [`shapes`] | named load shapes |
//! | [`history`] | usage files: level and shape from measured tokens |
//! | `text` | files as text |
//! | `build` | tables to the resolved study |
//!
//! Reading goes through three gates: the file is TOML; its tables have the fields, types and ranges
//! of the schema; the values make sense together. Beyond the first, all findings come in one run:
//! what the schema refuses is replaced, and what is found whatever stands there is reported too.

mod build;
pub mod findings;
pub mod history;
pub mod price_book;
pub mod schema;
pub mod shapes;
pub mod study_file;
pub mod templates;
mod text;
pub mod tree;

pub use build::{Loaded, load, load_text, load_unfitted};
