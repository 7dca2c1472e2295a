//! What a clumsy or hostile user may give: every mistake is a clear finding, nothing is written,
//! nothing panics.
//!
//! Each family is a table of cases with one snapshot that holds all messages, to be read from top
//! to bottom. Every case goes through the binary.

mod bounds;
mod command_lines;
mod contracts;
mod distributions;
mod mutations;
mod odd;
mod pairs;
mod price_books;
mod support;
mod syntax;
mod usage_files;
mod workloads;
