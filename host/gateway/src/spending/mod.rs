//! What models cost, what may be spent, and what was.

mod ledger;
mod meter;
mod price;

pub use meter::{MeterReading, ModelReading};
pub use price::Price;

pub(crate) use ledger::{Amount, Ledger, Reservation, reserve};
pub(crate) use meter::{Event, Meter};
pub(crate) use price::PriceTable;
