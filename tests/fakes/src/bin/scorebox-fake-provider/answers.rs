//! Answers that a file spells out, by what a request contains.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use scorebox_fakes::{Answer, Asked, Failure};
use serde::Deserialize;
use serde_json::Value;

/// The lines of a file, in their order.
#[derive(Debug)]
pub(crate) struct Answers(Vec<Line>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Texts that the request contains, all of them.
    contains: Vec<String>,
    /// A text to answer with, or other JSON.
    answer: Value,
}

impl Answers {
    /// Reads a file of JSON lines.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("--answers: cannot read {}", path.display()))?;
        let mut lines = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() {
                continue;
            }
            lines.push(serde_json::from_str(line).with_context(|| {
                format!(
                    "--answers: {}:{number} is not {{\"contains\": [\"TEXT\", ...], \"answer\": JSON}}",
                    path.display()
                )
            })?);
        }
        ensure!(!lines.is_empty(), "--answers: there is no answer in {}", path.display());
        Ok(Self(lines))
    }

    /// What the first line says whose texts are all in the request, or a 400 that says that there is none.
    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        let fits = |line: &&Line| line.contains.iter().all(|text| asked.prompt.contains(text.as_str()));
        match self.0.iter().find(fits).map(|line| &line.answer) {
            Some(Value::String(text)) => Answer::text(text),
            Some(json) => Answer::json(json),
            None => Answer::failure(Failure::BadRequest(format!(
                "no line of the file of answers fits this request; the user's last message is {:?}",
                asked.text
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use scorebox_fakes::{FakeProvider, Protocol};
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Answers> {
        let name = format!("scorebox-answers-{}-{:?}.jsonl", std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        let answers = Answers::read(&path);
        std::fs::remove_file(&path).unwrap();
        answers
    }

    /// The status of the reply to a question, and what it says: the model's text, or what was wrong.
    async fn ask(provider: &FakeProvider, question: &str) -> (u16, String) {
        let url = format!("{}/chat/completions", provider.base_url(Protocol::OpenAi));
        let system = json!({"role": "system", "content": "Be exact."});
        let body = json!({"model": "m", "messages": [system, {"role": "user", "content": question}]});
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::new().post(url).bearer_auth("k").header("content-type", "application/json");
        let reply = request.body(body.to_string()).send().await.unwrap();
        let (status, body) = (reply.status().as_u16(), reply.bytes().await.unwrap());
        let body: Value = serde_json::from_slice(&body).unwrap();
        let said = body.pointer("/choices/0/message/content").or_else(|| body.pointer("/error/message")).unwrap();
        (status, said.as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn the_first_line_that_fits_answers_and_without_one_the_request_is_refused() {
        let answers = read(
            r#"{"contains": ["Be exact.", "capital", "Peru"], "answer": "Lima"}
               {"contains": ["capital"], "answer": {"rationale": "It depends.", "result": false}}

               {"contains": ["capital", "Chile"], "answer": "never reached"}"#,
        )
        .unwrap();
        let provider = FakeProvider::builder().any_key().answer(move |asked| answers.answer(asked));
        let provider = provider.start().await.unwrap();
        assert_eq!(ask(&provider, "The capital of Peru?").await, (200, "Lima".to_owned()));
        let (status, json) = ask(&provider, "The capital of Chile?").await;
        assert_eq!((status, json.as_str()), (200, r#"{"rationale":"It depends.","result":false}"#));
        let (status, problem) = ask(&provider, "The flag of \"Peru\"?").await;
        assert_eq!(status, 400);
        assert!(problem.contains("no line of the file of answers fits"), "{problem}");
        assert!(problem.contains(r#"The flag of \"Peru\"?"#), "{problem}");
        assert_eq!((provider.counts().answered, provider.counts().other_status), (2, 1));
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_with_its_line() {
        let complaint = |text: &str| format!("{:#}", read(text).unwrap_err());
        let fine = r#"{"contains": [], "answer": 1}"#;
        assert!(complaint("\n").contains("there is no answer in"));
        assert!(complaint(&format!("{fine}\n{{\"contains\": []}}")).contains("jsonl:2 is not"));
        assert!(complaint(r#"{"contains": [], "answer": 1, "model": "m"}"#).contains("unknown field `model`"));
        assert!(format!("{:#}", Answers::read(Path::new("/nowhere")).unwrap_err()).contains("cannot read /nowhere"));
    }
}
