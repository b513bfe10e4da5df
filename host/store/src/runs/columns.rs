use scorebox_eval::{FunctionRecord, FunctionRole};

use crate::database::{Session, ask, next_key};
use crate::error::StoreError;
use crate::lines::{signed, unsigned};
use crate::reuse::Shape;

/// A column as a run has it.
#[derive(Clone, Debug)]
pub(crate) struct RunColumn {
    pub(crate) key: i64,
    /// 0 is the predict function; scorers follow from 1.
    pub(crate) place: usize,
    pub(crate) role: FunctionRole,
    pub(crate) name: String,
    /// Positions that are there, from the beginning.
    pub(crate) positions: u64,
    /// Whether it was there before the run.
    pub(crate) is_shared: bool,
    /// The record of a function that the run has not got yet.
    pub(crate) pending: Option<FunctionRecord>,
}

/// A column that a run is given.
pub(crate) struct GivenColumn<'f> {
    pub(crate) key: i64,
    pub(crate) place: usize,
    pub(crate) is_shared: bool,
    /// The function, where the run has not got it yet.
    pub(crate) pending: Option<&'f FunctionRecord>,
}

/// The columns of a run in the order of their places.
pub(crate) async fn run_columns(session: &mut Session, run: i64) -> Result<Vec<RunColumn>, StoreError> {
    type Line = (i64, i64, String, String, i64, bool, Option<String>);
    const READ: &str = "SELECT columns.key, run_columns.place, columns.role, columns.name, \
         columns.positions, run_columns.is_shared, run_columns.pending \
         FROM run_columns JOIN columns ON columns.key = run_columns.col WHERE run_columns.run = $1 \
         ORDER BY run_columns.place";
    let lines: Vec<Line> = ask!(session, "read the columns of the run", connection => {
        sqlx::query_as(READ).bind(run).fetch_all(connection).await
    })?;
    let column = |line: Line| {
        let (key, place, role, name, positions, is_shared, pending) = line;
        Ok(RunColumn {
            key,
            place: usize::try_from(place).map_err(|error| error.to_string())?,
            role: role_of(&role)?,
            name,
            positions: unsigned(positions),
            is_shared,
            pending: pending
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|error| format!("`pending`: {error}"))?,
        })
    };
    let columns: Result<Vec<RunColumn>, String> = lines.into_iter().map(column).collect();
    columns.map_err(|reason| StoreError::unreadable("run_columns", None, None, format!("run with key {run}: {reason}")))
}

/// Makes an empty column for a function.
pub(crate) async fn make_column(
    session: &mut Session,
    function: &FunctionRecord,
    shape: Shape,
    predicted: Option<i64>,
) -> Result<i64, StoreError> {
    const MAKE: &str = "INSERT INTO columns \
         (key, role, source, name, fingerprint, snapshot, predicted, repeats, positions, is_lasting) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";
    let key = next_key(session, "columns").await?;
    let source = if function.asks_models { "llm_judge" } else { "code" };
    let fingerprint = function.fingerprint.map(|fingerprint| fingerprint.to_string());
    ask!(session, "make a column", connection => {
        let make = sqlx::query(MAKE).bind(key).bind(role_name(function.role)).bind(source).bind(&function.name);
        let make = make.bind(fingerprint.as_deref()).bind(shape.snapshot).bind(predicted);
        make.bind(signed(shape.repeats)).bind(fingerprint.is_some()).execute(connection).await.map(drop)
    })?;
    Ok(key)
}

/// Gives a column to a run.
pub(crate) async fn give_column(session: &mut Session, run: i64, given: GivenColumn<'_>) -> Result<(), StoreError> {
    const GIVE: &str = "INSERT INTO run_columns (run, place, col, is_shared, pending) VALUES ($1, $2, $3, $4, $5)";
    let text = |error: serde_json::Error| StoreError::unreadable("run_columns", None, None, error.to_string());
    let pending = given.pending.map(serde_json::to_string).transpose().map_err(text)?;
    ask!(session, "give the run its columns", connection => {
        let give = sqlx::query(GIVE).bind(run).bind(signed(given.place as u64)).bind(given.key).bind(given.is_shared);
        give.bind(pending.as_deref()).execute(connection).await.map(drop)
    })
}

fn role_name(role: FunctionRole) -> &'static str {
    match role {
        FunctionRole::Predictor => "predictor",
        FunctionRole::Scorer => "scorer",
    }
}

fn role_of(name: &str) -> Result<FunctionRole, String> {
    [FunctionRole::Predictor, FunctionRole::Scorer]
        .into_iter()
        .find(|role| role_name(*role) == name)
        .ok_or_else(|| format!("there is no role {name:?}"))
}

/// The functions of a run with their places: 0 for the predict function, scorers from 1.
pub(crate) fn places(functions: &[FunctionRecord]) -> impl Iterator<Item = (usize, &FunctionRecord)> {
    let predictors = functions.iter().filter(|function| function.role == FunctionRole::Predictor).map(|it| (0, it));
    let scorers = functions.iter().filter(|function| function.role == FunctionRole::Scorer);
    predictors.take(1).chain((1..).zip(scorers))
}
