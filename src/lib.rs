//! waterline
pub mod contract;
pub mod curve;
pub mod dist;
pub mod error;
pub mod ledger;
pub mod linalg;
pub mod math;
pub mod param;
pub mod path;
pub mod process;
pub mod rng;
pub mod settle;
pub mod stats;
pub mod strategy;
