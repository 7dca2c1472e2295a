//! What the rights of a contract are worth, and when to exercise them.
//!
//! | module | what |
//! |---|---|
//! | [`lattice`] | decisions as a lattice, and what says what they cost |
//! | [`deal`] | the decisions that a contract leaves to its holder |
//! | `bills` | what they cost, settled edge by edge or by the units of a month |
//! | [`gaussian`] | loads that follow a known law, recognized by what the model does |
//! | [`grid`] | functions of the load and their exact expectations a month ahead |
//! | [`solution`] | the best decisions and their expected costs under such a law |
//! | [`planar`] | the same where load and price both follow a known law, on a grid of the two |
//! | [`basis`], [`training`], `design`, [`regression`] | the same for any model, fitted to training paths |
//! | [`branch`] | fresh futures after a path's past |
//! | [`sight`] | what is known of paths as their months close, and what comes as a surprise |
//! | [`bounds`] | what the fitted policy costs on fresh paths, and what no policy can go below |
//! | [`rules`] | lines in the months left that a contract manager can follow |
//! | [`rolling`] | the ceiling: rolling one-month terms |
//! | [`fitter`] | expected costs under a model, one way or the other |
//! | [`setting`] | a study made ready for all of this |
//!
//! `docs/rights.md` says why each of them is as it is, with figures worked by hand.

pub mod basis;
mod bills;
pub mod bounds;
pub mod branch;
pub mod deal;
mod design;
pub mod fitter;
pub mod gaussian;
pub mod grid;
pub mod lattice;
pub mod planar;
pub mod regression;
pub mod rolling;
pub mod rules;
pub mod setting;
pub mod sight;
pub mod solution;
pub mod training;
