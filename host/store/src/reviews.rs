//! What people say about rows.

use jiff::Timestamp;
use scorebox_core::{Json, RunId, SpanId};

use crate::database::{Session, ask, next_key};
use crate::error::StoreError;
use crate::lines::{signed, unsigned};
use crate::runs::{find_run, time_text};
use crate::store::Store;
use crate::text::{restored, stored};

/// What a person says about a row.
#[derive(Clone, Debug, PartialEq)]
pub struct NewReview {
    /// The row's position in the run.
    pub position: u64,
    /// What it is.
    pub role: ReviewRole,
    /// What it is called, such as the name of a feedback or an expectation.
    pub name: String,
    /// The verdict, or what is expected.
    pub value: Json,
    /// Why.
    pub rationale: Option<String>,
    /// Details for programs to read.
    pub metadata: Option<Json>,
    /// The span that it is about; none for the whole row.
    pub span_id: Option<SpanId>,
    /// Who says it.
    pub reviewer: String,
    /// The review that it takes the place of.
    pub corrects: Option<i64>,
}

/// What a review is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewRole {
    /// A verdict on what was given.
    Feedback,
    /// What should have been given.
    Expectation,
}

/// A review as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// Its number in the store.
    pub key: i64,
    /// What was said.
    pub said: NewReview,
    /// When it was said.
    pub created_at: Timestamp,
}

impl Store {
    /// Keeps what a person says about a row of a run, and answers with its number. Nothing is changed: a correction is a
    /// further review, and the one that it corrects is not shown any more.
    pub async fn add_review(&self, run: &RunId, review: &NewReview) -> Result<i64, StoreError> {
        const ADD: &str = "INSERT INTO reviews (key, run, position, role, name, value, rationale, metadata, span_id, \
             reviewer, created_at, replaces) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let mut transaction = self.database.exclusive().await?;
        let line = find_run(&self.database, &mut transaction, run).await?;
        if review.position >= line.positions {
            let (position, positions) = (review.position, line.positions);
            return Err(StoreError::NoRow { run: run.clone(), position, positions });
        }
        if let Some(corrected) = review.corrects {
            check_corrected(&mut transaction, line.key, corrected).await?;
        }
        let key = next_key(&mut transaction, "reviews").await?;
        let (name, reviewer) = (stored(&review.name), stored(&review.reviewer));
        let rationale = review.rationale.as_deref().map(stored);
        ask!(transaction, "keep the review", connection => {
            let add = sqlx::query(ADD).bind(key).bind(line.key).bind(signed(review.position)).bind(review.role.name());
            let add = add.bind(&*name).bind(review.value.as_str()).bind(rationale.as_deref());
            let add = add.bind(review.metadata.as_ref().map(Json::as_str));
            let add = add.bind(review.span_id.as_ref().map(SpanId::as_str)).bind(&*reviewer);
            add.bind(time_text(Timestamp::now())).bind(review.corrects).execute(connection).await.map(drop)
        })?;
        transaction.commit().await?;
        Ok(key)
    }

    /// What people said about the rows of a run and did not correct, in the order of the rows.
    pub async fn reviews(&self, run: &RunId) -> Result<Vec<Review>, StoreError> {
        const READ: &str = "SELECT key, position, role, name, value, rationale, metadata, span_id, reviewer, created_at, \
             replaces FROM reviews WHERE run = $1 \
             AND NOT EXISTS (SELECT 1 FROM reviews AS newer WHERE newer.replaces = reviews.key) ORDER BY position, key";
        let mut session = self.database.session().await?;
        let line = find_run(&self.database, &mut session, run).await?;
        let lines: Vec<Line> = ask!(session, "read reviews", connection => {
            sqlx::query_as(READ).bind(line.key).fetch_all(connection).await
        })?;
        let review = |line: Line| {
            let position = unsigned(line.1);
            read(line).map_err(|reason| StoreError::unreadable("reviews", Some(run.clone()), Some(position), reason))
        };
        lines.into_iter().map(review).collect()
    }
}

/// A review that is corrected is one of the same run, and was not corrected before.
async fn check_corrected(session: &mut Session, run: i64, review: i64) -> Result<(), StoreError> {
    const FIND: &str = "SELECT run, (SELECT COUNT(*) FROM reviews AS newer WHERE newer.replaces = reviews.key) \
         FROM reviews WHERE key = $1";
    let found: Option<(i64, i64)> = ask!(session, "find the review", connection => {
        sqlx::query_as(FIND).bind(review).fetch_optional(connection).await
    })?;
    match found {
        Some((of, 0)) if of == run => Ok(()),
        Some((of, _)) if of == run => Err(StoreError::NoReview { review, reason: "it was corrected already" }),
        _ => Err(StoreError::NoReview { review, reason: "the run has no such review" }),
    }
}

type Line =
    (i64, i64, String, String, String, Option<String>, Option<String>, Option<String>, String, String, Option<i64>);

fn read(line: Line) -> Result<Review, String> {
    let (key, position, role, name, value, rationale, metadata, span_id, reviewer, created_at, corrects) = line;
    let json = |text: String| Json::parse(&text).map_err(|error| error.to_string());
    let said = NewReview {
        position: unsigned(position),
        role: ReviewRole::parse(&role).ok_or_else(|| format!("there is no role {role:?}"))?,
        name: restored(name)?,
        value: json(value)?,
        rationale: rationale.map(restored).transpose()?,
        metadata: metadata.map(json).transpose()?,
        span_id: span_id.map(SpanId::try_from).transpose().map_err(|error| error.to_string())?,
        reviewer: restored(reviewer)?,
        corrects,
    };
    let created_at = created_at.parse().map_err(|error: jiff::Error| format!("`created_at`: {error}"))?;
    Ok(Review { key, said, created_at })
}

impl ReviewRole {
    /// The name that stands in the store: `feedback` or `expectation`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Feedback => "feedback",
            Self::Expectation => "expectation",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Feedback, Self::Expectation].into_iter().find(|role| role.name() == name)
    }
}
