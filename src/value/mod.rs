//! What the rights of a contract are worth, and when to exercise them.
//!
//! | module | what |
//! |---|---|
//! | [`lattice`] | the decisions that a contract leaves to its holder, settled edge by edge |
//! | [`gaussian`] | loads that follow a known law, recognized by what the model does |
//! | [`grid`] | functions of the load and their exact expectations a month ahead |
//! | [`solution`] | the best decisions and their expected costs under such a law |
//! | [`bounds`] | what the fitted policy costs on fresh paths, and what no policy can go below |

pub mod basis;
pub mod bounds;
pub mod branch;

pub mod gaussian;
pub mod grid;
pub mod lattice;
pub mod regression;
pub mod rules;
pub mod setting;
pub mod sight;
pub mod solution;
