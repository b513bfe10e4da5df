//! Results of earlier calls instead of new ones: whole columns that runs share, and single rows that are found by their
//! content.

mod explain;
mod index;
mod lasting;
mod memo;
mod shared;

pub use explain::{Change, FunctionReuse, Reused};
pub(crate) use explain::{Earlier, explain};
pub(crate) use index::ContentIndex;
pub(crate) use lasting::{is_lasting, is_lasting_failure};
pub use memo::StoreMemo;
pub(crate) use memo::{Answers, Source};
pub(crate) use shared::{Shape, shared_column};
