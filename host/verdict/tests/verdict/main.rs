//! What the crate says of runs that were made by hand.

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
