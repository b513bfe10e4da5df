use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use scorebox_eval::{KeptScore, Memo, MemoError, MemoKey, Outcome, Prediction};

use super::index::ContentIndex;
use super::lasting::{is_lasting, is_lasting_failure};
use crate::database::Database;
use crate::error::StoreError;
use crate::lines::{StoredCall, assemble_outcome, unsigned};
use crate::read::{RowParts, Wanted, read_feedback, read_predictions, trace_of};

/// Answers with results that are in the store.
pub struct StoreMemo {
    database: Database,
    predictor: Function,
    scorers: Vec<Function>,
}

/// What is known of one function.
struct Function {
    name: String,
    source: Source,
    answered: AtomicU64,
}

/// Where the results of a function come from.
#[derive(Debug)]
pub(crate) enum Source {
    Nothing,
    /// A column of the run, with all positions below one.
    Column {
        column: i64,
        positions: u64,
        answers: Answers,
    },
    /// Rows with the same content; only results that the same call would give again.
    Rows(ContentIndex),
}

/// Which results of a column are answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    All,
    WithoutErrors,
    Lasting,
}

impl StoreMemo {
    /// Sources with the names of their functions: the predict function's, if there is one, and the scorers'.
    pub(crate) fn new(database: Database, predictor: Option<(String, Source)>, scorers: Vec<(String, Source)>) -> Self {
        let function = |(name, source)| Function { name, source, answered: AtomicU64::new(0) };
        let predictor = predictor.unwrap_or((String::new(), Source::Nothing));
        Self { database, predictor: function(predictor), scorers: scorers.into_iter().map(function).collect() }
    }

    /// How many predictions it answered.
    #[must_use]
    pub fn answered_predictions(&self) -> u64 {
        self.predictor.answered.load(Ordering::Relaxed)
    }

    /// How many results of a scorer it answered, by its place in the plan.
    #[must_use]
    pub fn answered_scores(&self, scorer: usize) -> u64 {
        self.scorers.get(scorer).map_or(0, |scorer| scorer.answered.load(Ordering::Relaxed))
    }

    async fn kept_predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, StoreError> {
        let places = self.predictor.source.places(rows);
        let mut kept = HashMap::with_capacity(rows.len());
        for (column, positions) in by_column(&places) {
            let mut session = self.database.session().await?;
            let wanted = Wanted::some(&positions);
            let (lines, mut spans) = read_predictions(&mut session, column, &wanted, RowParts::ALL).await?;
            for mut line in lines {
                let position = unsigned(line.position);
                let unreadable = |reason| StoreError::unreadable("predictions", None, Some(position), reason);
                let trace = trace_of(&mut line, &mut spans);
                let prediction = line.into_prediction(trace).map_err(unreadable)?;
                if self.predictor.source.answers().allow_prediction(&prediction) {
                    kept.insert((column, position), prediction);
                }
            }
        }
        // Several rows may have the same content, so answers are not taken out.
        Ok(places.iter().map(|place| kept.get(place.as_ref()?).cloned()).collect())
    }

    async fn kept_scores(&self, function: &Function, rows: &[MemoKey]) -> Result<Vec<Option<KeptScore>>, StoreError> {
        let places = function.source.places(rows);
        let mut kept = HashMap::with_capacity(rows.len());
        for (column, positions) in by_column(&places) {
            let mut session = self.database.session().await?;
            let lines = read_feedback(&mut session, column, &Wanted::some(&positions), RowParts::ALL).await?;
            let mut lines = lines.into_iter().peekable();
            while let Some(first) = lines.peek() {
                let position = first.position;
                let of_row = std::iter::from_fn(|| lines.next_if(|line| line.position == position));
                let (outcome, call) = assemble_outcome(of_row, &function.name)
                    .map_err(|reason| StoreError::unreadable("feedback", None, Some(unsigned(position)), reason))?;
                // What was read of a row but not looked at by then.
                while lines.next_if(|line| line.position == position).is_some() {}
                if function.source.answers().allow_outcome(&outcome) {
                    let StoredCall { log, usage, elapsed, .. } = call;
                    kept.insert((column, unsigned(position)), KeptScore { outcome, log, usage, elapsed });
                }
            }
        }
        Ok(places.iter().map(|place| kept.get(place.as_ref()?).cloned()).collect())
    }
}

#[async_trait]
impl Memo for StoreMemo {
    fn holds_predictions(&self) -> bool {
        self.predictor.source.holds_any()
    }

    fn holds_scores(&self, scorer: usize) -> bool {
        self.scorers.get(scorer).is_some_and(|scorer| scorer.source.holds_any())
    }

    async fn predictions(&self, rows: &[MemoKey]) -> Result<Vec<Option<Prediction>>, MemoError> {
        let kept = self.kept_predictions(rows).await.map_err(|error| MemoError(Box::new(error)))?;
        self.predictor.count(kept.iter().flatten().count());
        Ok(kept)
    }

    async fn scores(&self, scorer: usize, rows: &[MemoKey]) -> Result<Vec<Option<KeptScore>>, MemoError> {
        let Some(function) = self.scorers.get(scorer) else { return Ok(vec![None; rows.len()]) };
        let kept = self.kept_scores(function, rows).await.map_err(|error| MemoError(Box::new(error)))?;
        function.count(kept.iter().flatten().count());
        Ok(kept)
    }
}

impl Function {
    fn count(&self, answered: usize) {
        self.answered.fetch_add(answered as u64, Ordering::Relaxed);
    }
}

/// A row in the store.
type Place = (i64, u64);

impl Source {
    fn holds_any(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Column { positions, .. } => *positions > 0,
            Self::Rows(index) => index.len() > 0,
        }
    }

    fn answers(&self) -> Answers {
        match self {
            Self::Column { answers, .. } => *answers,
            Self::Nothing | Self::Rows(_) => Answers::Lasting,
        }
    }

    /// Where the results for these rows are.
    fn places(&self, rows: &[MemoKey]) -> Vec<Option<Place>> {
        let place = |row: &MemoKey| match self {
            Self::Nothing => None,
            Self::Column { column, positions, .. } => (row.position < *positions).then_some((*column, row.position)),
            Self::Rows(index) => index.find(row.content),
        };
        rows.iter().map(place).collect()
    }
}

impl Answers {
    fn allow_prediction(self, prediction: &Prediction) -> bool {
        match (self, &prediction.outputs) {
            (Self::All, _) | (_, Ok(_)) => true,
            (Self::WithoutErrors, Err(_)) => false,
            (Self::Lasting, Err(failure)) => is_lasting_failure(failure.kind),
        }
    }

    /// A row that was skipped has no result.
    fn allow_outcome(self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (_, Outcome::Skipped(_)) | (Self::WithoutErrors, Outcome::Error(_)) => false,
            (Self::All, _) | (Self::WithoutErrors, Outcome::Feedback(_)) => true,
            (Self::Lasting, outcome) => is_lasting(outcome),
        }
    }
}

/// The positions that are wanted of each column, in their order.
fn by_column(places: &[Option<Place>]) -> BTreeMap<i64, Vec<u64>> {
    let mut columns: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (column, position) in places.iter().flatten() {
        columns.entry(*column).or_default().push(*position);
    }
    for positions in columns.values_mut() {
        positions.sort_unstable();
        positions.dedup();
    }
    columns
}

impl fmt::Debug for StoreMemo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = std::iter::once(&self.predictor).chain(&self.scorers);
        let names = names.filter(|function| function.source.holds_any()).map(|function| &*function.name);
        formatter.debug_struct("StoreMemo").field("holds", &names.collect::<Vec<_>>()).finish()
    }
}
