//! A comment for a pull request, in what GitHub and GitLab have in common of Markdown.

mod comment;
mod comparison;
mod errors;
mod escape;
mod flips;
mod gate;
mod reproduce;
mod scorers;

use std::io::Write;

use scorebox_eval::{RowResult, RunRecord, RunStatus};

use self::comment::Comment;
use self::escape::code;
use crate::causes::Causes;
use crate::shown::{counted, duration, thousands};
use crate::{ReportContext, ReportError};

const MAX_TITLE_CHARACTERS: usize = 100;

/// Gathers what failed in the rows; everything else in a comment comes from the summary.
#[derive(Debug, Default)]
pub(crate) struct MarkdownReport {
    causes: Causes,
}

/// The line by which CI finds the comment of an earlier run, to replace it.
#[must_use]
pub fn comment_marker(context: &ReportContext<'_>) -> String {
    let title: String = context.title().chars().take(MAX_TITLE_CHARACTERS).collect();
    format!("<!-- scorebox:{} -->", escape::comment(&title))
}

impl MarkdownReport {
    pub(crate) fn add(&mut self, row: &RowResult) {
        self.causes.add(row);
    }

    pub(crate) fn finish<W: Write>(self, context: &ReportContext<'_>, mut writer: W) -> Result<(), ReportError> {
        let mut comment = Comment::new();
        let head = format!("{}\n## {}\n\n{}\n", comment_marker(context), headline(context), facts(context));
        comment.section(&head, &[], "", "");
        if let Some(gate) = context.gate {
            gate::write(gate, &mut comment);
        }
        if let Some(summary) = &context.record.summary {
            scorers::write(summary, &mut comment);
        }
        if let Some(comparison) = context.comparison {
            comparison::write(comparison, &mut comment);
            comparison.flips.iter().try_for_each(|flips| flips::write(flips, &mut comment))?;
        }
        errors::write(self.causes, &mut comment);
        reproduce::write(context, &mut comment);
        writer.write_all(comment.finish().as_bytes())?;
        Ok(writer.flush()?)
    }
}

fn headline(context: &ReportContext<'_>) -> String {
    let verdict = match context.gate {
        Some(gate) if gate.passed => "✅ passed",
        Some(_) => "❌ did not pass",
        None => status(context.record),
    };
    format!("{}: {verdict}", code(&context.title(), MAX_TITLE_CHARACTERS))
}

fn status(record: &RunRecord) -> &'static str {
    match record.status {
        RunStatus::Finished => "evaluated",
        RunStatus::Running => "not finished",
        RunStatus::Interrupted => "interrupted",
        RunStatus::OverBudget => "budget used up",
        RunStatus::Failed => "run failed",
    }
}

/// The run in one line.
fn facts(context: &ReportContext<'_>) -> String {
    let record = context.record;
    let mut facts = Vec::new();
    if record.status != RunStatus::Finished && context.gate.is_some() {
        facts.push(format!("**{}**", status(record)));
    }
    if let Some(summary) = &record.summary {
        facts.push(counted(summary.rows, "row"));
        if summary.rows_with_errors > 0 {
            facts.push(format!("{} with errors", thousands(summary.rows_with_errors)));
        }
    }
    facts.extend(context.elapsed().map(duration));
    if let Some(usage) = record.summary.as_ref().map(|summary| summary.usage).filter(|usage| !usage.is_none()) {
        facts.push(usage.cost.to_string());
        facts.push(counted(usage.tokens(), "token"));
    }
    facts.join(" · ")
}
