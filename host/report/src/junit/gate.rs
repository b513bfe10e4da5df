use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use scorebox_eval::RunRecord;
use scorebox_verdict::{Check, CheckOutcome, GateReport};

use super::suite::add_run_properties;
use super::text::{one_line, xml_text};

/// A case for each check of the gate.
pub(super) fn suite(gate: &GateReport, title: &str, record: &RunRecord) -> TestSuite {
    let mut suite = TestSuite::new("gate");
    add_run_properties(&mut suite, record);
    let class = xml_text(&format!("{title}.gate"));
    for check in &gate.checks {
        let mut case = case(check);
        case.set_classname(class.clone());
        suite.add_test_case(case);
    }
    suite
}

fn case(check: &Check) -> TestCase {
    let status = match check.outcome {
        CheckOutcome::Passed => TestCaseStatus::success(),
        CheckOutcome::Failed => unsuccessful(NonSuccessKind::Failure, "failed", check),
        CheckOutcome::NotDecidable => unsuccessful(NonSuccessKind::Error, "not_decidable", check),
    };
    let mut case = TestCase::new(xml_text(&one_line(&check.title)), status);
    if check.outcome == CheckOutcome::Passed {
        case.set_system_out(xml_text(&check.why));
    }
    case
}

fn unsuccessful(kind: NonSuccessKind, class: &str, check: &Check) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let text = format!("rule: {}\n{}", check.rule, check.why);
    status.set_message(xml_text(&one_line(&check.why))).set_type(class).set_description(xml_text(&text));
    status
}
