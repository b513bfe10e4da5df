use scorebox_core::{FailureKind, Value};
use scorebox_eval::RowResult;
use scorebox_report::{ReportContext, ReportFormat};

use crate::fixture::{number, record, row, small_run, text};
use crate::{HOSTILE, report};

fn table(rows: &[RowResult]) -> String {
    report(ReportFormat::Csv, rows, &ReportContext::new(&record(rows)))
}

fn cells(table: &str, column: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let index = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    reader.records().map(|record| record.unwrap()[index].to_owned()).collect()
}

#[test]
fn each_verdict_is_a_line_and_a_call_counts_once() {
    insta::assert_snapshot!(table(&small_run()), @r#"
index,repeat,id,scorer,feedback,kind,value,rationale,error_kind,error_message,elapsed_ms,cost_usd,inputs,outputs,expectations
0,0,q-0,,,prediction,,,,,120,0.0055,"{""question"":""Which city?""}","""Paris""","{""expected_response"":""Paris""}"
0,0,q-0,correct,correct,boolean,true,,,,1.5,,"{""question"":""Which city?""}","""Paris""","{""expected_response"":""Paris""}"
0,0,q-0,tone,tone,text,formal,,,,1.5,,"{""question"":""Which city?""}","""Paris""","{""expected_response"":""Paris""}"
0,0,q-0,tone,tone/score,number,4.5,,,,,,"{""question"":""Which city?""}","""Paris""","{""expected_response"":""Paris""}"
1,0,q-1,,,prediction,,,,,120,0.0055,"{""question"":""Which city?""}","""Lyon""","{""expected_response"":""Paris""}"
1,0,q-1,correct,correct,boolean,false,Lyon is not the capital.,,,1.5,,"{""question"":""Which city?""}","""Lyon""","{""expected_response"":""Paris""}"
1,0,q-1,tone,tone,text,casual,It says hey.,,,1.5,,"{""question"":""Which city?""}","""Lyon""","{""expected_response"":""Paris""}"
1,0,q-1,tone,tone/score,number,2.0,,,,,,"{""question"":""Which city?""}","""Lyon""","{""expected_response"":""Paris""}"
2,0,q-2,,,prediction,,,,,120,0.0055,"{""question"":""Which city?""}","""Nice""","{""expected_response"":""Paris""}"
2,0,q-2,correct,correct,boolean,true,,,,1.5,,"{""question"":""Which city?""}","""Nice""","{""expected_response"":""Paris""}"
2,0,q-2,tone,,error,,,gateway,judge: the provider answered 503 three times; try again later,1.5,,"{""question"":""Which city?""}","""Nice""","{""expected_response"":""Paris""}"
3,0,q-3,,,error,,,deadline,predict took longer than 30 s; raise `limits.deadline`,120,0.0055,"{""question"":""Which city?""}",,"{""expected_response"":""Paris""}"
3,0,q-3,correct,,skipped,,,prediction_failed,,,,"{""question"":""Which city?""}",,"{""expected_response"":""Paris""}"
3,0,q-3,tone,,skipped,,,prediction_failed,,,,"{""question"":""Which city?""}",,"{""expected_response"":""Paris""}"
"#);
}

#[test]
fn a_spreadsheet_finds_no_formula_in_a_text_and_numbers_stay_numbers() {
    let formula = "=HYPERLINK(\"https://evil.example\")";
    let rows = [row(0)
        .with_outputs("-5")
        .with_value("label", text(formula), Some("+1 for the style"))
        .with_value("difference", number(-0.5), None)
        .with_error("judge", FailureKind::Failed, "@SUM(1)")
        .row];
    let table = table(&rows);
    assert_eq!(cells(&table, "value"), ["", &format!("'{formula}"), "-0.5", ""]);
    assert_eq!(cells(&table, "rationale"), ["", "'+1 for the style", "", ""]);
    assert_eq!(cells(&table, "error_message"), ["", "", "", "'@SUM(1)"]);
    assert_eq!(cells(&table, "outputs"), ["-5"; 4]);
}

#[test]
fn hostile_texts_come_back_as_they_were() {
    let rows: Vec<_> = HOSTILE
        .iter()
        .zip(0..)
        .map(|(hostile, index)| row(index).with_value("label", text(hostile), Some(hostile)).row)
        .collect();
    let table = table(&rows);
    for column in ["value", "rationale"] {
        for (cell, hostile) in cells(&table, column).iter().zip(HOSTILE) {
            assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), hostile, "{column}");
        }
    }
}

#[test]
fn every_line_has_every_column_whatever_came_of_the_row() {
    let mut without_content = row(3).with_value("correct", Value::Boolean(true), None).row;
    without_content.content = None;
    let rows = [
        row(0).with_feedback("nothing", &[]).row,
        row(1).with_failed_prediction(FailureKind::Trap, "it crashed").with_skipped("correct").row,
        row(2).row,
        without_content,
    ];
    let table = table(&rows);
    assert_eq!(cells(&table, "kind"), ["nothing", "error", "skipped", "boolean"]);
    assert_eq!(cells(&table, "error_kind"), ["", "trap", "prediction_failed", ""]);
    assert_eq!(cells(&table, "scorer"), ["nothing", "", "correct", "correct"]);
    assert_eq!(cells(&table, "inputs").last().unwrap(), "");
}
