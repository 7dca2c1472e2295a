//! How much to commit: cost against size, and the size that is best. Which sizes
//! can be bought is part of the contract ([`crate::contract::sizes`]).
//!
//! | file | what |
//! |---|---|
//! | [`desk`] | commitments settled on a block of paths, one by one or many at once |
//! | [`sweep`] | all sizes of a strategy settled on the same paths |
//! | [`search`] | which sizes to look at, coarse first, then every legal one around the best |
//! | [`hindsight`] | which commitment was the cheapest on each path |
//! | [`choice`] | the best size with its interval, probabilities and indifference band |

pub mod choice;
pub mod desk;
pub mod hindsight;
pub mod search;
pub mod sweep;
