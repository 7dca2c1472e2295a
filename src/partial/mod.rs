//! Partial results: a run in pieces, over time or over machines.
//!
//! A partial result is a file that holds what some units of a run's passes contribute
//! ([`Share`](crate::simulate::Share)), floats to the bit. It belongs to one question: the
//! [`Header`] names the study by the hash of all it is read from, the paths, the seed, the sampler
//! and the version of the engine. One format serves twice:
//!
//! - a *checkpoint* of a run, written as it goes, from which `--resume` continues;
//! - a *shard*, the units of one of `n` processes, which `waterline merge` combines.
//!
//! | file | what |
//! |---|---|
//! | [`header`] | whose result it is, and in what another one differs |
//! | [`mod@file`] | the bytes: append-only, every record with its checksum |
//! | [`library`] | which file has which units of which series |
//! | [`executor`] | takes what is in files, settles the rest, keeps it |
//! | [`set`] | whether some files are all shards of one run |

pub mod executor;
pub mod file;
pub mod header;
pub mod library;
pub mod set;

pub use executor::Piecewise;
pub use header::{Header, Piece};
pub use library::Library;
