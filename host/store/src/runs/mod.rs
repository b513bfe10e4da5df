//! Runs: how they begin, go on and end, how they are found and removed.

mod begin;
mod columns;
mod delete;
mod extend;
mod finish;
mod line;
mod list;
mod reference;
mod resume;
mod retry;

pub use begin::{Begun, OpenRun};
pub(crate) use columns::RunColumn;
pub use extend::{Extended, OpenExtension};
pub(crate) use finish::{Ending, finish_run};
pub(crate) use line::{find_run, time_text};
pub use list::{Page, RunFilter};
pub use resume::Resumed;
pub use retry::Retry;
