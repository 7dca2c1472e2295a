//! From values to estimates, each with its standard error.
//!
//! | file | what |
//! |---|---|
//! | [`estimate`] | a value with its standard error and interval: the only way out of the engine |
//! | [`moments`] | counts, means and squares that merge in a fixed order |
//! | [`bins`] | which values of a series are kept and which only counted |
//! | [`collector`] | moments, counts and kept values of consecutive paths |
//! | [`sample`] | exact quantiles, CVaR and their errors from what was kept and counted |
//! | [`control`] | means corrected by what a run is known to have got wrong |
//! | [`intervals`] | Student and binomial tables |
//! | [`looks`] | honest statements where a run is looked at again and again |
//! | [`best`] | which of several alternatives is best, and how sure that is |

pub mod best;
pub mod bins;
pub mod collector;
pub mod control;
pub mod estimate;
pub mod intervals;
pub mod looks;
pub mod moments;
pub mod sample;

pub use estimate::Estimate;
