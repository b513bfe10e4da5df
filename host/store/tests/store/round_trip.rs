use std::time::Duration;

use scorebox_core::{Cost, FailureKind, Feedback, Json, Number, SpanId, Usage, Value};
use scorebox_engine::{LogLevel, LogLine};
use scorebox_eval::{Outcome, Prediction, RowResult, RunStatus, SkipReason};
use scorebox_store::RowParts;

use crate::evaluation::{App, IS_EVEN, KnowsNothing, LENGTH, failure, finish, json, says, stored_rows};
use crate::home::on_both_databases;

const NUL: &str = "a\0b\u{1}c\u{1}0 ü 漢 🦀";

fn number(number: f64) -> Value {
    Value::Number(Number::try_from(number).unwrap())
}

fn values() -> Vec<Value> {
    vec![
        Value::Boolean(true),
        Value::Boolean(false),
        Value::Integer(0),
        Value::Integer(-3),
        Value::Integer((1 << 53) + 1),
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        number(0.1),
        number(1.0),
        number(-0.0),
        number(1e300),
        number(5e-324),
        Value::Text(String::new()),
        Value::Text("resolved".into()),
        Value::Text(NUL.into()),
        Value::Json(json("{\"n\": 123456789012345678901234567890.10, \"s\":\"\\u0000 \\ud83e\\udd80\"}")),
        Value::Json(json("null")),
    ]
}

fn log(message: &str) -> Vec<LogLine> {
    vec![LogLine { level: LogLevel::Warn, message: message.into() }]
}

fn usage() -> Usage {
    Usage { requests: 2, input_tokens: 1234, output_tokens: 5, cost: Cost::from_picodollars(123_456_789_012_345) }
}

/// Rows of an application with a predict function and two scorers, with everything that a row may hold.
async fn rows(app: &App) -> Vec<RowResult> {
    let mut rows = app.rows(&KnowsNothing, 0..app.record().positions()).await.unwrap();
    for (row, value) in rows.iter_mut().zip(values()) {
        row.scores[0].outcome = says("is_even", value);
    }
    let outcome = |row: &mut RowResult, outcome| row.scores[1].outcome = outcome;
    let mut backtrace = failure(FailureKind::Trap);
    backtrace.backtrace = Some("at 1\nat 2".into());
    backtrace.guest_output = Some(NUL.into());
    backtrace.message = NUL.into();
    outcome(&mut rows[0], Outcome::Error(backtrace.clone()));
    outcome(&mut rows[1], Outcome::Skipped(SkipReason::EarlierTurn));
    outcome(&mut rows[2], Outcome::Feedback(Vec::new()));
    let feedback = |name: &str, value: i64| Feedback {
        name: name.into(),
        value: Value::Integer(value),
        rationale: Some(NUL.into()),
        metadata: Some(json("{\"a\": [1,\n 2]}")),
        span_id: Some(SpanId::try_from("span-1".to_owned()).unwrap()),
    };
    let several = vec![feedback("length", 1), feedback("length/words", 2), feedback("length", 3)];
    outcome(&mut rows[3], Outcome::Feedback(several));
    for score in &mut rows[3].scores {
        (score.log, score.usage, score.elapsed) = (log("looked twice"), usage(), Duration::ZERO);
    }
    rows[4].scores[1].is_reused = true;
    let prediction = |row: &mut RowResult, change: fn(&mut Prediction)| change(row.prediction.as_mut().unwrap());
    prediction(&mut rows[5], |it| (it.log, it.usage, it.is_reused) = (log(NUL), usage(), true));
    prediction(&mut rows[6], |it| it.outputs = Ok(json("null")));
    prediction(&mut rows[7], |it| it.trace = Some(trace()));
    prediction(&mut rows[8], |it| it.trace = Some(json(r#"{"trace_id":"t","spans":[]}"#)));
    prediction(&mut rows[9], |it| it.trace = Some(json("{ \"spans\": [], \"trace_id\": \"\\u0000\" }")));
    rows[10].prediction.as_mut().unwrap().outputs = Err(backtrace);
    for score in &mut rows[10].scores {
        score.outcome = Outcome::Skipped(SkipReason::PredictionFailed);
    }
    rows
}

fn trace() -> Json {
    let span = |id: &str, parent: &str| {
        format!(
            r#"{{"span_id":"{id}","parent_span_id":{parent},"name":"a \u0000 name","kind":"LLM","start_time_unix_nano":18446744073709551615,"end_time_unix_nano":null,"status":{{"code":"OK"}},"attributes":{{"gen_ai.request.model":"m"}},"inputs":{{"x":1.50}},"outputs":null,"events":[]}}"#
        )
    };
    json(&format!(r#"{{"trace_id":"tr-1","spans":[{},{}]}}"#, span("s1", "null"), span("s2", "\"s1\"")))
}

fn app() -> App {
    let mut app = App::scoring(values().len() as u64, [IS_EVEN, LENGTH])
        .predicting(None, |example| Ok(example.outputs.clone().unwrap()));
    app.examples[0].id = NUL.into();
    app.examples[1].tags = [("a\0".to_owned(), NUL.to_owned()), ("b".to_owned(), String::new())].into();
    app.examples[2].expectations = None;
    app.examples[2].tags.clear();
    app.examples[2].trace = Some(json("{\"anything\": true}"));
    app.examples[2].outputs = Some(json("{\"text\": \"x\\u0000\"}"));
    app
}

on_both_databases! {
    async fn every_kind_of_row_is_read_as_it_was_written(home) {
        let app = app();
        let store = home.open().await?;
        let (record, mut open) = app.open(&store).await?;
        let written = rows(&app).await;
        finish(&mut open.sink, &written, record.clone(), RunStatus::Finished)?;
        let read = stored_rows(&store, &record.run_id).await?;
        for (read, written) in read.iter().zip(&written) {
            assert_eq!(read, written);
        }
        // Zeros are equal whatever their sign is, but not written alike.
        assert_eq!(format!("{read:#?}"), format!("{written:#?}"));
    }

    async fn the_record_is_read_as_it_was_written(home) {
        let app = app();
        let store = home.open().await?;
        let (mut record, mut open) = app.open(&store).await?;
        record.error = Some(NUL.into());
        record.gateway = Some(json("{\"retries\": 1}"));
        let written = rows(&app).await;
        let finished = finish(&mut open.sink, &written, record, RunStatus::Interrupted)?;
        assert_eq!(store.run(&finished.run_id).await?, finished);
        assert_eq!(finished.summary.as_ref().unwrap().rows, written.len() as u64);
    }

    async fn repeats_of_an_example_are_rows_of_their_own(home) {
        let app = App { repeats: 3, ..App::scoring(5, [IS_EVEN]) };
        let store = home.open().await?;
        let (record, mut open) = app.open(&store).await?;
        let written = app.rows(&*open.memo, 0..15).await?;
        finish(&mut open.sink, &written, record.clone(), RunStatus::Finished)?;
        assert_eq!(stored_rows(&store, &record.run_id).await?, written);
        let mut middle = store.rows(&record.run_id, Some(4..8), RowParts::ALL).await?;
        assert_eq!(middle.next_page().await?.unwrap(), written[4..8]);
        assert_eq!(home.number("SELECT COUNT(*) FROM examples").await?, 5);
    }

    async fn rows_come_page_by_page_in_their_order(home) {
        let app = App::scoring(5000, [IS_EVEN, LENGTH]);
        let store = home.open().await?;
        let record = app.run(&store).await?;
        let mut reader = store.rows(&record.run_id, None, RowParts::ALL).await?;
        let (mut pages, mut next) = (0, 0);
        while let Some(page) = reader.next_page().await? {
            assert!(page.len() <= 2048, "{}", page.len());
            assert_eq!(reader.rest(), next + page.len() as u64..5000);
            for row in page {
                assert_eq!((row.index, &*row.id), (next, &*format!("example-{next}")));
                next += 1;
            }
            pages += 1;
        }
        assert_eq!(next, 5000);
        assert!(pages > 2, "{pages}");
    }

    async fn pages_of_large_rows_have_few_of_them(home) {
        let mut app = App::scoring(600, [IS_EVEN]);
        for example in &mut app.examples {
            example.inputs = json(&format!("{{\"text\":\"{}\"}}", "x".repeat(200_000)));
        }
        let store = home.open().await?;
        let record = app.run(&store).await?;
        let mut reader = store.rows(&record.run_id, None, RowParts::ALL).await?;
        let mut sizes = Vec::new();
        while let Some(page) = reader.next_page().await? {
            sizes.push(page.len());
        }
        assert_eq!(sizes.iter().sum::<usize>(), 600);
        assert!(*sizes.iter().skip(1).max().unwrap() <= 128, "{sizes:?}");
    }

    async fn what_is_not_asked_for_is_not_read(home) {
        let app = app();
        let store = home.open().await?;
        let (record, mut open) = app.open(&store).await?;
        let written = rows(&app).await;
        finish(&mut open.sink, &written, record.clone(), RunStatus::Finished)?;
        let mut reader = store.rows(&record.run_id, None, RowParts::SCORES).await?;
        let read = reader.next_page().await?.unwrap();
        for (read, written) in read.iter().zip(&written) {
            assert_eq!((read.index, &read.id, &read.content), (written.index, &written.id, &None));
            let (read_prediction, written_prediction) = (read.prediction.as_ref(), written.prediction.as_ref());
            assert_eq!(read_prediction.unwrap().outputs.is_err(), written_prediction.unwrap().outputs.is_err());
            assert_eq!(read_prediction.unwrap().trace, None);
            assert_eq!(read.usage(), written.usage());
            for (read, written) in read.scores.iter().zip(&written.scores) {
                let value = |outcome: &Outcome| match outcome {
                    Outcome::Feedback(feedback) => feedback.iter().map(|it| (it.name.clone(), it.value.clone())).collect(),
                    _ => Vec::new(),
                };
                assert_eq!(value(&read.outcome), value(&written.outcome));
                assert_eq!(read.elapsed, written.elapsed);
            }
        }
    }

    async fn a_line_that_cannot_be_understood_is_named(home) {
        let app = App::scoring(3, [IS_EVEN]);
        let store = home.open().await?;
        let record = app.run(&store).await?;
        home.execute("UPDATE feedback SET number = 7 WHERE position = 1").await?;
        let error = stored_rows(&store, &record.run_id).await.unwrap_err().to_string();
        let expected = format!(
            "the store holds a line that cannot be read: feedback, {}, position 1: 7 is no boolean; was it changed by \
             hand? Otherwise this is a defect of Scorebox",
            record.run_id
        );
        assert_eq!(error, expected);
        home.execute("DELETE FROM feedback WHERE position = 1").await?;
        let error = stored_rows(&store, &record.run_id).await.unwrap_err().to_string();
        assert!(error.contains("feedback, run_") && error.contains("position 1: there is no line for it"), "{error}");
        home.execute("UPDATE examples SET inputs = '{' WHERE position = 2").await?;
        let mut reader = store.rows(&record.run_id, Some(2..3), RowParts::ALL).await?;
        let error = reader.next_page().await.unwrap_err().to_string();
        assert!(error.contains("examples, run_") && error.contains("position 2: `inputs` is not JSON"), "{error}");
    }

    async fn all_that_was_said_stands_in_one_view(home) {
        let app = App::scoring(4, [IS_EVEN, LENGTH]);
        let store = home.open().await?;
        app.run(&store).await?;
        assert_eq!(home.number("SELECT COUNT(*) FROM assessments").await?, 8);
        let passed = "SELECT COUNT(*) FROM assessments WHERE name = 'is_even' AND kind = 'b' AND number = 1";
        assert_eq!(home.number(passed).await?, 2);
    }

    async fn the_queries_of_the_documentation_work(home) {
        let store = home.open().await?;
        app().run(&store).await?;
        let text = include_str!("../../docs/store.md");
        let queries = text.split("```sql").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let queries: Vec<_> = queries.split(";\n").filter(|query| query.contains("SELECT")).collect();
        assert!(queries.len() >= 4, "{queries:?}");
        for query in queries {
            home.execute(query).await.unwrap_or_else(|error| panic!("{error}\n{query}"));
        }
    }
}
