use std::collections::HashMap;

use scorebox_core::{Feedback, Number, Value};
use scorebox_eval::{Outcome, RowResult};

use super::judge::{Judge, JudgeKind};
use super::options::AgreementOptions;
use super::report::Disagreement;
use crate::Excerpt;
use crate::number::length;

/// What one judge and people said of the same rows.
#[derive(Debug)]
pub(super) struct Cases {
    pub(super) judge: Judge,
    pub(super) cases: Vec<Case>,
    /// Of rows that several people judged, what each said.
    pub(super) of_several: Vec<Vec<f64>>,
    pub(super) without_label: u64,
    pub(super) without_verdict: u64,
    pub(super) ties: u64,
    pub(super) disagreements: u64,
    kept: Vec<(f64, Disagreement)>,
    labels: HashMap<String, usize>,
}

/// One row. Booleans are 0 and 1, labels their codes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// What people say: the majority, of numbers the mean.
    pub(super) people: f64,
    /// The same as something that one of them said: of numbers the median, the lower of the middle two.
    pub(super) said: f64,
    pub(super) judge: f64,
}

impl Cases {
    pub(super) fn new(judge: Judge) -> Self {
        Self {
            judge,
            cases: Vec::new(),
            of_several: Vec::new(),
            without_label: 0,
            without_verdict: 0,
            ties: 0,
            disagreements: 0,
            kept: Vec::new(),
            labels: HashMap::new(),
        }
    }

    /// Adds a row, with what each person said of it.
    pub(super) fn add(&mut self, row: &RowResult, people: &[&Value], options: &AgreementOptions) {
        let people: Vec<f64> = people.iter().filter_map(|value| self.code(value)).collect();
        if people.len() > 1 {
            self.of_several.push(people.clone());
        }
        let verdict = verdict(row, &self.judge).and_then(|feedback| Some((feedback, self.code(&feedback.value)?)));
        let (feedback, judge) = match (verdict, people.as_slice()) {
            (None, []) => return,
            (None, _) => {
                self.without_verdict += 1;
                return;
            }
            (Some(_), []) => {
                self.without_label += 1;
                return;
            }
            (Some(verdict), _) => verdict,
        };
        let Some((consensus, said)) = self.consensus(people) else {
            self.ties += 1;
            return;
        };
        self.cases.push(Case { people: consensus, said, judge });
        let distance = (judge - consensus).abs();
        if distance > 0.0 {
            self.disagreements += 1;
            let people = self.value(consensus);
            self.keep(distance, disagreement(row, people, feedback, options), options.max_disagreements);
        }
    }

    /// A value as a number; none where it is not of the judge's kind.
    fn code(&mut self, value: &Value) -> Option<f64> {
        match (self.judge.kind, value) {
            (JudgeKind::Boolean, Value::Boolean(_)) | (JudgeKind::Number, Value::Integer(_) | Value::Number(_)) => {
                value.as_f64()
            }
            (JudgeKind::Label, Value::Text(label)) => {
                let next = self.labels.len();
                Some(length(*self.labels.entry(label.clone()).or_insert(next)))
            }
            _ => None,
        }
    }

    /// What people say together; none where as many say one thing as another.
    fn consensus(&self, mut people: Vec<f64>) -> Option<(f64, f64)> {
        people.sort_unstable_by(f64::total_cmp);
        if self.judge.kind == JudgeKind::Number {
            let mean = people.iter().sum::<f64>() / length(people.len());
            return Some((mean, people[(people.len() - 1) / 2]));
        }
        let votes = || people.chunk_by(|one, other| one == other);
        let most = votes().map(<[f64]>::len).max()?;
        let mut winners = votes().filter(|votes| votes.len() == most);
        match (winners.next(), winners.next()) {
            (Some(winner), None) => Some((winner[0], winner[0])),
            _ => None,
        }
    }

    fn value(&self, code: f64) -> Value {
        match self.judge.kind {
            JudgeKind::Boolean => Value::Boolean(code > 0.5),
            JudgeKind::Number => Number::try_from(code).map_or(Value::Boolean(false), Value::Number),
            JudgeKind::Label => {
                let named = self.labels.iter().find(|(_, place)| length(**place) == code);
                Value::Text(named.map(|(label, _)| label.clone()).unwrap_or_default())
            }
        }
    }

    /// Keeps the greatest distances; labels and booleans are as far apart as each other.
    fn keep(&mut self, distance: f64, disagreement: Disagreement, most: usize) {
        let distance = if self.judge.kind == JudgeKind::Number { distance } else { 1.0 };
        self.kept.push((distance, disagreement));
        if self.kept.len() >= most.saturating_mul(2).max(2) {
            self.prune(most);
        }
    }

    fn prune(&mut self, most: usize) {
        // Stable, so that equal distances stay in the order of the rows.
        self.kept.sort_by(|one, other| other.0.total_cmp(&one.0));
        self.kept.truncate(most);
    }

    /// The disagreements, furthest apart first.
    pub(super) fn take_kept(&mut self, most: usize) -> Vec<Disagreement> {
        self.prune(most);
        std::mem::take(&mut self.kept).into_iter().map(|(_, disagreement)| disagreement).collect()
    }

    /// The labels, by their codes.
    pub(super) fn labels(&self) -> Vec<String> {
        let mut labels: Vec<(usize, &String)> = self.labels.iter().map(|(label, place)| (*place, label)).collect();
        labels.sort_unstable();
        labels.into_iter().map(|(_, label)| label.clone()).collect()
    }
}

fn verdict<'r>(row: &'r RowResult, judge: &Judge) -> Option<&'r Feedback> {
    let score = row.scores.iter().find(|score| *score.scorer == *judge.scorer)?;
    match &score.outcome {
        Outcome::Feedback(feedback) => feedback.iter().find(|feedback| feedback.name == judge.feedback),
        Outcome::Error(_) | Outcome::Skipped(_) => None,
    }
}

fn disagreement(row: &RowResult, people: Value, feedback: &Feedback, options: &AgreementOptions) -> Disagreement {
    Disagreement {
        id: row.id.clone(),
        repeat: row.repeat,
        index: row.index,
        people,
        judge: feedback.value.clone(),
        rationale: feedback.rationale.as_deref().map(|text| Excerpt::of(text, options.max_text_chars)),
    }
}
