//! How much AI inference capacity to commit to, for how long and on which terms, when usage
//! growth, prices and the forecast itself are uncertain.
//!
//! # The engine in one paragraph
//!
//! A [`study`] asks which commitment to sign. Addressed uniforms ([`rng`]) become a block of
//! paths ([`path`]): everything uncertain, nothing decided. Each [`strategy`] is settled on the
//! same paths, month by month, by one function ([`settle`]) that applies the contract's clauses
//! ([`contract`]) in a written order. The [`ledger`] is the bill, line by line. Ledgers become
//! estimates ([`stats`]), each with its standard error. A [`report`] prints [`results`] and sees
//! nothing else.
//!
//! Data flows one way, and nothing flows back. Reading can fail, with every finding at once
//! ([`input`]); once a [`study::Study`] exists, evaluation cannot.
//!
//! # Example
//!
//! ```
//! use std::path::Path;
//! use waterline::analysis::{Unwatched, analyze};
//! use waterline::input::load;
//! use waterline::measure::Measure;
//!
//! let overrides = ["run.paths=8192".to_owned()];
//! let loaded = load(Path::new("models/studies/starter.toml"), &overrides);
//! let study = loaded.study.expect("the shipped study has no findings");
//! let results = analyze(&study, &Unwatched).expect("nothing stops it");
//!
//! println!("{}", results.answer.sentence);
//! for strategy in &results.strategies {
//!     let cost = strategy.measure(Measure::Cost).mean;
//!     println!("{}: {:.0} USD +- {:.0}", strategy.title, cost.value, cost.standard_error);
//! }
//! # assert_eq!(results.strategies[0].strategy, "on_demand");
//! ```
//!
//! # Modules
//!
//! A module uses only modules above it in this list; `tests/it/structure.rs` holds it to that.
//!
//! | module | what |
//! |---|---|
//! | [`simd`] | vector code chosen at run time |
//! | [`math`], [`linalg`] | elementary functions with the same bits everywhere; small matrices |
//! | [`rng`] | addressed draws: streams by Philox, scrambled Sobol points |
//! | [`error`] | what can be wrong with an input, before its place in a file is known |
//! | [`words`] | numbers as people read them |
//! | [`dist`] | distributions, each its quantile function; one file each |
//! | [`param`] | numbers that may be certain or drawn once per path |
//! | [`process`] | growth, price, jumps, forecast error, caps, dependence; one file each |
//! | [`curve`] | the load curve of a month: how much load lies above a capacity |
//! | [`workload`] | today's load: units, or tokens with what they weigh and cost; levers on it |
//! | [`path`] | blocks of simulated futures |
//! | [`contract`] | offer, term and clauses; one file per clause |
//! | [`ledger`], [`strategy`] | the bill by line; what is done with demand beyond the commitment |
//! | [`settle`] | the one order of operations from a path to a bill |
//! | [`stats`] | estimates, exact quantiles and tail means in bounded memory, intervals |
//! | [`simulate`] | blocks in parallel, reduced in a fixed order |
//! | [`measure`], [`facts`] | what is reported, with formulas; what is shown of the inputs |
//! | [`study`] | the resolved question |
//! | [`size`], [`compare`] | cost against size and the best one; strategies side by side |
//! | [`results`] | all that a report may see |
//! | [`analysis`] | the main job: from a study to its results |
//! | [`replay`] | one path of a run with every figure of its bill |
//! | [`partial`] | a run in pieces: checkpoints, shards, and what joins them |
//! | [`input`] | from files to a study, or to every finding at once |
//! | [`explain`](mod@explain) | a study as it was understood: every number with its source |
//! | [`bench`](mod@bench) | what a machine does with waterline: rates, scaling, seconds to an accuracy |
//! | [`report`] | terminal, JSON, CSV, HTML; one file each |
//! | [`cli`] | arguments, progress, files, exit codes |
//!
//! # Conventions
//!
//! Money is in USD; cost is positive, credit negative. Shares are 1 for 100 %. Months are counted
//! from 1 in files and reports and from 0 in code. A *path* is simulated, a *scenario* is chosen by
//! a person. `mean` is always the expected value of a level; a log drift is called a log drift.
//!
//! # What is guaranteed about bits
//!
//! The same study, seed and version give the same result bytes for any number of threads.
//! Elementary functions are compiled from the same source everywhere, sums are never reordered, and
//! a multiplication is fused with an addition only where the source says so, which rounds once on
//! every machine. So the results agree between processors and operating systems too, with one
//! exception: quantile tables of the beta, gamma and Student-t distributions are built with the
//! functions of the machine's C library, whose last bit may differ.

pub mod analysis;
pub mod bench;
pub mod cli;
pub mod compare;
pub mod contract;
pub mod curve;
pub mod dist;
pub mod error;
pub mod explain;
pub mod facts;
pub mod input;
pub mod ledger;
pub mod linalg;
pub mod math;
pub mod measure;
pub mod param;
pub mod partial;
pub mod path;
pub mod process;
pub mod replay;
pub mod report;
pub mod results;
pub mod rng;
pub mod settle;
pub mod simd;
pub mod simulate;
pub mod size;
pub mod stats;
pub mod strategy;
pub mod study;
pub mod value;
pub mod words;
pub mod workload;
