use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use scorebox_eval::Progress;
use scorebox_gateway::Gateway;

use crate::terminal::{self, count, thousands};

/// How far a run has come, and what it cost so far: a bar on a terminal, a line now and then elsewhere, nothing when
/// quiet.
pub(crate) struct ProgressDisplay {
    form: Form,
    gateway: Gateway,
}

enum Form {
    Bar(ProgressBar),
    Lines { began: Instant, last: Mutex<Instant> },
    Nothing,
}

const LINE_INTERVAL: Duration = Duration::from_secs(5);

impl ProgressDisplay {
    /// Begins for so many rows; the gateway knows what was spent.
    pub(crate) fn new(rows: u64, quiet: bool, gateway: Gateway) -> Self {
        Self { form: Form::new(rows, quiet), gateway }
    }
    pub(crate) fn update(&self, progress: Progress) {
        match &self.form {
            Form::Bar(bar) => {
                bar.set_position(progress.rows_done);
                bar.set_prefix(spent(&self.gateway).unwrap_or_default());
                if progress.rows_with_errors > 0 {
                    bar.set_message(errors(progress.rows_with_errors));
                }
            }
            Form::Lines { began, last } => {
                let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if last.elapsed() >= LINE_INTERVAL {
                    *last = Instant::now();
                    terminal::note(&line(progress, began.elapsed(), spent(&self.gateway)));
                }
            }
            Form::Nothing => {}
        }
    }

    /// Takes the bar away; what follows says the same and more.
    pub(crate) fn finish(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }

    /// Says something without tearing the bar.
    pub(crate) fn note(&self, line: &str) {
        match &self.form {
            Form::Bar(bar) => bar.suspend(|| terminal::note(line)),
            Form::Lines { .. } | Form::Nothing => terminal::note(line),
        }
    }
}

impl Form {
    fn new(rows: u64, quiet: bool) -> Self {
        const TEMPLATE: &str =
            "  {bar:32.cyan/dim} {human_pos}/{human_len}  {per_sec}  {prefix:.green}{eta} left  {msg:.red}";
        if quiet {
            return Self::Nothing;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines { began: Instant::now(), last: Mutex::new(Instant::now()) };
        }
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr());
        bar.set_style(style.progress_chars("━╸─").with_key("per_sec", per_second));
        // Rows that wait for models may be slow to come; the bar moves on meanwhile.
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }
}

/// What models cost so far, once one was asked.
fn spent(gateway: &Gateway) -> Option<String> {
    let total = gateway.reading().total();
    (total.sent > 0).then(|| format!("{}  ", total.cost))
}

fn per_second(state: &indicatif::ProgressState, writer: &mut dyn std::fmt::Write) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is small and positive")]
    let rate = state.per_sec().round() as u64;
    // Where even this fails, there is no bar either.
    let _ = write!(writer, "{}/s", thousands(rate));
}

fn errors(rows: u64) -> String {
    format!("{} with errors", count(rows, "row"))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate for people"
)]
fn line(progress: Progress, elapsed: Duration, spent: Option<String>) -> String {
    let rate = progress.rows_done as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut line = format!(
        "  {} of {} · {}/s",
        thousands(progress.rows_done),
        count(progress.rows, "row"),
        thousands(rate as u64)
    );
    if let Some(spent) = spent {
        line += &format!(" · {}", spent.trim_end());
    }
    if progress.rows_done > 0 {
        let seconds = (progress.rows - progress.rows_done) as f64 / rate;
        line += &format!(" · {} left", indicatif::HumanDuration(Duration::from_secs(seconds.ceil() as u64)));
    }
    if progress.rows_with_errors > 0 {
        line += &format!(" · {}", errors(progress.rows_with_errors));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long() {
        let usage = scorebox_core::Usage::default();
        let progress = Progress { rows_done: 2_000, rows: 10_000, rows_with_errors: 1, usage };
        let line = line(progress, Duration::from_secs(4), Some("$0.41  ".to_owned()));
        assert_eq!(line, "  2,000 of 10,000 rows · 500/s · $0.41 · 16 seconds left · 1 row with errors");
    }
}
