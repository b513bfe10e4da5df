use scorebox_verdict::{JudgeKind, Judges, Labels, LabelsError};

use crate::support::{Run, Said, number};

fn judges() -> Judges {
    let both = Said::Values(vec![("faithful", scorebox_core::Value::Boolean(true)), ("fluency", number(3.0))]);
    let run = Run::new(1).scorer("correct", [true]).scorer("tone", ["kind"]).scorer("judge", [both]);
    Judges::of(&run.summary())
}

fn read(text: &str) -> Result<Labels, LabelsError> {
    Labels::read(text.as_bytes(), "labels.csv", &judges())
}

fn problem(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn judges_are_the_booleans_numbers_and_labels_of_a_run() {
    let found: Vec<_> = judges().iter().map(|it| (it.scorer.clone(), it.feedback.clone(), it.kind)).collect();
    let expected = [
        ("correct", "correct", JudgeKind::Boolean),
        ("tone", "tone", JudgeKind::Label),
        ("judge", "faithful", JudgeKind::Boolean),
        ("judge", "fluency", JudgeKind::Number),
    ];
    assert_eq!(found, expected.map(|(scorer, feedback, kind)| (scorer.to_owned(), feedback.to_owned(), kind)));
}

#[test]
fn columns_are_named_after_scorers_and_feedbacks() {
    let labels = read("id,correct,judge:faithful,fluency\nq-0,yes,no,4\nq-1,,,\n").unwrap();
    let names: Vec<_> = labels.judges().iter().map(|judge| judge.feedback.as_str()).collect();
    assert_eq!(names, ["correct", "faithful", "fluency"]);
    assert_eq!(labels.lines(), 2);
}

#[test]
fn spreadsheets_are_read_as_they_save() {
    // A byte order mark, quotes, line ends of Windows, spaces, no line end at the end.
    let labels = read("\u{feff}id , correct\r\n\"q,0\", Yes \r\nq-1,FALSE").unwrap();
    assert_eq!(labels.lines(), 2);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    insta::assert_snapshot!(problem("id,correct\nq-0,maybe\n"), @"");
    insta::assert_snapshot!(problem("id,correct,fluency\nq-0,yes,4\nq-1,no,good\n"), @"");
    insta::assert_snapshot!(problem("id,corect\n"), @"");
    insta::assert_snapshot!(problem("id,judge\n"), @"");
    insta::assert_snapshot!(problem("id,correct:other\n"), @"");
    insta::assert_snapshot!(problem("example,correct\n"), @"");
    insta::assert_snapshot!(problem("id,rater\n"), @"");
    insta::assert_snapshot!(problem("id,correct,correct:correct\n"), @"");
    insta::assert_snapshot!(problem("id,correct\n,yes\n"), @"");
    insta::assert_snapshot!(problem("id,repeat,correct\nq-0,first,yes\n"), @"");
    insta::assert_snapshot!(problem("id,correct\nq-0,yes\nq-1,no\nq-0,no\n"), @"");
    insta::assert_snapshot!(problem("id,rater,correct\nq-0,ann,yes\nq-0,bob,no\nq-0,ann,no\n"), @"");
    insta::assert_snapshot!(problem("id,correct\nq-0\n"), @"");
    insta::assert_snapshot!(problem(""), @"");
    let latin = Labels::read(&b"id,tone\nq-0,tr\xe8s\n"[..], "labels.csv", &judges()).unwrap_err();
    insta::assert_snapshot!(latin, @"");
}
