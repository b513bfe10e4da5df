use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};
use scorebox_core::{Failure, Feedback, Json};
use scorebox_eval::{Prediction, RowResult, ScoreResult};

use super::text::{TextBudget, one_line, xml_text};
use crate::ReportError;
use crate::rows::{RowName, Verdict, outputs, skip_reason, value_text};
use crate::shown::{shortened, shortened_with_note};

const MAX_NAME_CHARACTERS: usize = 200;
const MAX_MESSAGE_CHARACTERS: usize = 200;
const MAX_VALUE_CHARACTERS: usize = 200;
const MAX_TEXT_CHARACTERS: usize = 4_000;

/// What came of the prediction of a row.
pub(super) fn of_prediction(
    row: &RowResult,
    prediction: &Prediction,
    budget: &mut TextBudget,
) -> Result<TestCase, ReportError> {
    let status = match &prediction.outputs {
        Ok(_) => TestCaseStatus::success(),
        Err(failure) => error(row, failure, budget),
    };
    let mut case = named(row, status);
    case.set_time(prediction.elapsed);
    Ok(case)
}

/// What came of one scorer on a row.
pub(super) fn of_score(row: &RowResult, score: &ScoreResult, budget: &mut TextBudget) -> Result<TestCase, ReportError> {
    let mut case = match Verdict::of(&score.outcome) {
        Verdict::Passed(feedback) => {
            let mut case = named(row, TestCaseStatus::success());
            if !feedback.is_empty() {
                case.set_system_out(xml_text(&values(feedback)?));
            }
            case
        }
        Verdict::Failed { first, all } => named(row, failure(row, first, all, budget)?),
        Verdict::Error(failure) => named(row, error(row, failure, budget)),
        Verdict::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(skip_reason(reason));
            named(row, status)
        }
    };
    case.set_time(score.elapsed);
    Ok(case)
}

fn named(row: &RowResult, status: TestCaseStatus) -> TestCase {
    let name = RowName::of(row).to_string();
    TestCase::new(xml_text(&shortened(&one_line(&name), MAX_NAME_CHARACTERS)), status)
}

fn failure(
    row: &RowResult,
    first: &Feedback,
    all: &[Feedback],
    budget: &mut TextBudget,
) -> Result<TestCaseStatus, ReportError> {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let message = first.rationale.clone().unwrap_or_else(|| format!("{} is false", first.name));
    status.set_message(message_text(&message)).set_type("false");
    let mut text = values(all)?;
    for feedback in all {
        let heading = format!("rationale of {}", feedback.name);
        add_part(&mut text, &heading, feedback.rationale.as_deref());
    }
    add_example(&mut text, row);
    if let Some(text) = budget.spend(&text) {
        status.set_description(text);
    }
    Ok(status)
}

fn error(row: &RowResult, failure: &Failure, budget: &mut TextBudget) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message_text(&failure.message)).set_type(failure.kind.as_str());
    let mut text = shortened_with_note(&failure.message, MAX_TEXT_CHARACTERS).into_owned();
    add_part(&mut text, "backtrace", failure.backtrace.as_deref());
    add_part(&mut text, "guest output", failure.guest_output.as_deref());
    add_example(&mut text, row);
    if let Some(text) = budget.spend(&text) {
        status.set_description(text);
    }
    status
}

fn message_text(message: &str) -> quick_junit::XmlString {
    xml_text(&shortened(&one_line(message), MAX_MESSAGE_CHARACTERS))
}

/// A line for each verdict.
fn values(feedback: &[Feedback]) -> Result<String, ReportError> {
    let mut lines = Vec::with_capacity(feedback.len());
    for feedback in feedback {
        let value = value_text(&feedback.value)?;
        lines.push(format!("{} = {}", feedback.name, shortened(&value, MAX_VALUE_CHARACTERS)));
    }
    Ok(lines.join("\n"))
}

fn add_example(text: &mut String, row: &RowResult) {
    let example = row.content.as_ref().map(|content| &content.example);
    add_part(text, "inputs", example.map(|example| example.inputs.as_str()));
    add_part(text, "outputs", outputs(row).map(Json::as_str));
    add_part(text, "expectations", example.and_then(|example| example.expectations.as_ref()).map(Json::as_str));
}

fn add_part(text: &mut String, name: &str, part: Option<&str>) {
    if let Some(part) = part {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n\n{name}:\n{}", shortened_with_note(part, MAX_TEXT_CHARACTERS));
    }
}
