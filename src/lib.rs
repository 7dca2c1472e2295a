//! waterline
pub mod dist;
pub mod error;
pub mod linalg;
pub mod math;
pub mod rng;
