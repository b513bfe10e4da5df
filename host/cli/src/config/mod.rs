//! `scorebox.toml`: parsed once, here, into what the evaluation asks for. Every message says where, why and what to do.

mod case_models;
mod file;
mod forms;
mod outgoing;
mod problem;
mod project;
mod reference;
mod replies;
mod units;

pub(crate) use case_models::CaseModels;
pub(crate) use file::{check_concurrency, check_repeats, schema};
pub(crate) use problem::nearest;
pub(crate) use project::{DatasetChoice, Overrides, Project};
pub(crate) use replies::{RepliesFrom, reply_cache_dir};
