//! What the crate says of runs that were made by hand.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod agreement;
mod baseline;
mod comparability;
mod compare;
mod flips;
mod gate;
mod labels;
mod requirements;
mod simulation;
mod slices;
mod support;
