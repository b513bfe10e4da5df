use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::{self, FAINT};

/// Says what is being done, for as long as it takes: with a spinner on a terminal, in a line elsewhere. Cheap to clone.
#[derive(Clone)]
pub(super) struct Working {
    spinner: Option<ProgressBar>,
    quiet: bool,
}

impl Working {
    /// Something that says nothing by itself.
    pub(super) fn on(what: &str, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self::beside_a_talker(what, quiet);
        }
        let style = ProgressStyle::with_template("  {spinner:.cyan} {msg}  {elapsed:.dim}");
        let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        spinner.set_message(what.to_owned());
        spinner.enable_steady_tick(Duration::from_millis(120));
        Self { spinner: Some(spinner), quiet }
    }

    /// Something that writes to the terminal on its own, as cargo does: a spinner would be in its way.
    pub(super) fn beside_a_talker(what: &str, quiet: bool) -> Self {
        if !quiet {
            terminal::note(&FAINT.paint(format_args!("  {what} …")));
        }
        Self { spinner: None, quiet }
    }

    /// A step of the work.
    pub(super) fn step(&self, what: &str) {
        let line = FAINT.paint(format_args!("  {what} …"));
        match &self.spinner {
            Some(spinner) => spinner.suspend(|| terminal::note(&line)),
            None if self.quiet => {}
            None => terminal::note(&line),
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}
