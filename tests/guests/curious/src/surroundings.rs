//! The process that a guest believes to be in.

use crate::wasi::cli::{environment, exit as cli_exit, stdin};
use crate::{Scored, text};

pub(crate) fn environment(_: &str) -> Scored {
    text(format!("{:?} in {:?}", environment::get_environment(), environment::initial_cwd()))
}

pub(crate) fn arguments(_: &str) -> Scored {
    text(format!("{:?}", environment::get_arguments()))
}

pub(crate) fn standard_input(_: &str) -> Scored {
    text(format!("{:?}", stdin::get_stdin().blocking_read(100).map_err(|_| "closed")))
}

pub(crate) fn exit(_: &str) -> Scored {
    cli_exit::exit(Ok(()));
    text("still here")
}
