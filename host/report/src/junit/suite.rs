use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use scorebox_eval::{FunctionRole, RunRecord};

use super::text::xml_text;

/// The cases of one function.
#[derive(Debug)]
pub(super) struct Suite {
    function: String,
    role: FunctionRole,
    suite: TestSuite,
    left_out: usize,
}

/// Whether a case failed, in whatever way.
pub(super) fn is_failure(case: &TestCase) -> bool {
    matches!(case.status, TestCaseStatus::NonSuccess { .. })
}

impl Suite {
    pub(super) fn new(function: &str, role: FunctionRole) -> Self {
        Self { function: function.to_owned(), role, suite: TestSuite::new(name(function, role)), left_out: 0 }
    }

    /// Counts a case and lists it if it is wanted.
    pub(super) fn add(&mut self, case: TestCase, is_listed: bool) -> bool {
        let suite = &mut self.suite;
        suite.tests += 1;
        suite.time = Some(suite.time.unwrap_or_default().saturating_add(case.time.unwrap_or(Duration::ZERO)));
        match &case.status {
            TestCaseStatus::Success { .. } => {}
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => suite.failures += 1,
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => suite.errors += 1,
            TestCaseStatus::Skipped { .. } => suite.skipped += 1,
        }
        if is_listed {
            suite.test_cases.push(case);
        } else {
            self.left_out += 1;
        }
        is_listed
    }

    pub(super) fn leave_out_what_passed(&mut self) {
        let before = self.suite.test_cases.len();
        self.suite.test_cases.retain(is_failure);
        self.suite.test_cases.shrink_to_fit();
        self.left_out += before - self.suite.test_cases.len();
    }

    pub(super) fn listed(&self) -> usize {
        self.suite.test_cases.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.suite.tests == 0
    }

    /// The suite with what it says of itself.
    pub(super) fn finish(self, title: &str, record: &RunRecord) -> TestSuite {
        let mut suite = self.suite;
        let class = xml_text(&format!("{title}.{}", suite.name.as_str()));
        for case in &mut suite.test_cases {
            case.set_classname(class.clone());
        }
        add_run_properties(&mut suite, record);
        let mut functions = record.functions.iter();
        if let Some(function) = functions.find(|it| it.role == self.role && it.name == self.function) {
            suite.add_property(("plugin_digest", function.plugin.to_string().as_str()));
            suite.add_property(("function", function.function.as_str()));
        }
        if self.left_out > 0 {
            let note = format!("{} cases, first those that did not fail; the counts are of all", self.left_out);
            suite.add_property(("left_out", note.as_str()));
        }
        suite
    }
}

/// What every suite says of the run.
pub(super) fn add_run_properties(suite: &mut TestSuite, record: &RunRecord) {
    suite.extra.insert("timestamp".into(), record.started_at.to_string().into());
    let dataset = &record.dataset;
    let path = dataset.path.to_string_lossy();
    let mut property = |name: &str, value: &str| {
        suite.add_property((xml_text(name), xml_text(value)));
    };
    property("run_id", record.run_id.as_str());
    property("dataset", dataset.version.as_deref().unwrap_or(&path));
    property("dataset_digest", &dataset.digest.to_string());
    if let Some(commit) = &record.git_commit {
        property("git_commit", commit);
    }
}

/// The suite's name. A scorer may be called as the suites are that are not scorers.
fn name(function: &str, role: FunctionRole) -> String {
    match (role, function) {
        (FunctionRole::Scorer, "predict" | "gate") => format!("scorer {function}"),
        _ => function.to_owned(),
    }
}
