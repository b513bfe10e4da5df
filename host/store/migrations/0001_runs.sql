-- One text for SQLite and PostgreSQL. What only SQLite understands stands in a comment that begins with "sqlite:" and is
-- opened for it: narrow tables are stored in the order of their primary key there, without a second index.
--
-- The wide tables – examples, predictions, spans, feedback – reference others without a constraint: a look at the other
-- table for every line would cost more than writing the line. What they reference is written before them and deleted
-- after them, in one transaction.

-- The next key of each table. A key is never used twice.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE experiments (
    key BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);

-- The examples of a dataset as it once was. `kept` of them, from the beginning, are in `examples`.
CREATE TABLE snapshots (
    key BIGINT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    rows BIGINT NOT NULL,
    kept BIGINT NOT NULL DEFAULT 0
);

-- `position` is the example's place in its snapshot, from 0.
CREATE TABLE examples (
    snapshot BIGINT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    -- Tells contents apart: the beginning of a digest over all of the example.
    content BYTEA NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT,
    expectations TEXT,
    trace TEXT,
    tags TEXT,
    PRIMARY KEY (snapshot, position)
);

CREATE TABLE runs (
    key BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    experiment BIGINT REFERENCES experiments (key),
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    git_branch TEXT,
    git_commit TEXT,
    snapshot BIGINT NOT NULL REFERENCES snapshots (key),
    -- Positions in all, and how many of them, from the beginning, are done.
    positions BIGINT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    -- Who may write: each process that begins or goes on with a run puts a token of its own here, and only writes while it
    -- is still there.
    writer TEXT,
    record TEXT NOT NULL
);
CREATE INDEX runs_by_experiment ON runs (experiment, key);
CREATE INDEX runs_by_branch ON runs (git_branch, key);
CREATE INDEX runs_by_snapshot ON runs (snapshot);

-- The results of one function for the rows of a snapshot. A row has a position: its example's, times the number of
-- repeats, plus its repeat. Several runs may share a column.
CREATE TABLE columns (
    key BIGINT NOT NULL PRIMARY KEY,
    -- predictor or scorer
    role TEXT NOT NULL,
    -- code or llm_judge
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Names all that the results depend on beside the row; none where equal rows may give other results.
    fingerprint TEXT,
    snapshot BIGINT NOT NULL REFERENCES snapshots (key),
    -- The column of the predict function whose outputs were scored.
    predicted BIGINT REFERENCES columns (key),
    repeats BIGINT NOT NULL,
    -- Positions that are there, from the beginning.
    positions BIGINT NOT NULL DEFAULT 0,
    -- Whether each result would come out the same again.
    is_lasting BOOLEAN NOT NULL
);
CREATE INDEX columns_by_fingerprint ON columns (fingerprint, snapshot);
CREATE INDEX columns_by_snapshot ON columns (snapshot);
CREATE INDEX columns_by_predicted ON columns (predicted);

CREATE TABLE run_columns (
    run BIGINT NOT NULL REFERENCES runs (key),
    -- 0 is the predict function; scorers follow from 1, in their order.
    place BIGINT NOT NULL,
    col BIGINT NOT NULL REFERENCES columns (key),
    -- Whether the column was there before the run.
    is_shared BOOLEAN NOT NULL,
    -- The record of a function that the run has not got yet: its column is being written.
    pending TEXT,
    PRIMARY KEY (run, place)
);
CREATE INDEX run_columns_by_column ON run_columns (col);

CREATE TABLE predictions (
    col BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- Tells apart what scorers were given: the example with these outputs.
    content BYTEA NOT NULL,
    outputs TEXT,
    -- Why there are no outputs, as JSON.
    error TEXT,
    elapsed_ns BIGINT NOT NULL,
    -- When the row began, from the beginning of the run; in the first column that the run itself writes.
    started_ns BIGINT,
    -- Whether it was kept from an earlier call.
    is_reused BOOLEAN NOT NULL DEFAULT FALSE,
    usage TEXT,
    log TEXT,
    trace_id TEXT,
    -- A trace that is more than its spans.
    trace TEXT,
    PRIMARY KEY (col, position)
);

CREATE TABLE spans (
    col BIGINT NOT NULL,
    position BIGINT NOT NULL,
    place BIGINT NOT NULL,
    span_id TEXT NOT NULL,
    parent_span_id TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    start_time_unix_nano BIGINT NOT NULL,
    end_time_unix_nano BIGINT,
    -- The span as it stands in the trace.
    body TEXT NOT NULL,
    PRIMARY KEY (col, position, place)
);

-- What scorers said: the feedbacks of a row in their order, or one line that says why there are none.
CREATE TABLE feedback (
    col BIGINT NOT NULL,
    position BIGINT NOT NULL,
    place BIGINT NOT NULL,
    -- boolean, integer, number, text, json: b, i, n, t, j; error: e; skipped: s; a scorer that said nothing: z.
    kind TEXT NOT NULL,
    -- Booleans as 1 and 0. Integers beyond 2^53 are rounded here, and stand in `body`.
    number DOUBLE PRECISION,
    -- Of the call, on its first line: how long it took, when the row began (as with predictions), whether its result was
    -- kept from an earlier call.
    elapsed_ns BIGINT,
    started_ns BIGINT,
    is_reused BOOLEAN NOT NULL DEFAULT FALSE,
    -- The feedback's name, where it is not the scorer's.
    name TEXT,
    -- The text, the JSON, an integer in all its digits, the failure as JSON, or why it was skipped.
    body TEXT,
    rationale TEXT,
    metadata TEXT,
    span_id TEXT,
    -- Of the call, on its first line: what models took, what the scorer logged, as JSON.
    usage TEXT,
    log TEXT,
    PRIMARY KEY (col, position, place)
) /* sqlite: WITHOUT ROWID */;

-- What people said about a row of a run. Nothing is changed: a correction names what it replaces.
CREATE TABLE reviews (
    key BIGINT NOT NULL PRIMARY KEY,
    run BIGINT NOT NULL REFERENCES runs (key),
    position BIGINT NOT NULL,
    -- feedback or expectation
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    rationale TEXT,
    metadata TEXT,
    span_id TEXT,
    reviewer TEXT NOT NULL,
    created_at TEXT NOT NULL,
    replaces BIGINT UNIQUE REFERENCES reviews (key)
);
CREATE INDEX reviews_by_row ON reviews (run, position);

-- All that was said, whoever said it.
CREATE VIEW assessments AS
SELECT
    runs.id AS run_id, feedback.position AS position, COALESCE(feedback.name, columns.name) AS name,
    'feedback' AS role, columns.source AS source_type, columns.name AS source_id, feedback.kind AS kind,
    feedback.number AS number, feedback.body AS body, feedback.rationale AS rationale
FROM run_columns
JOIN runs ON runs.key = run_columns.run
JOIN columns ON columns.key = run_columns.col
JOIN feedback ON feedback.col = run_columns.col AND feedback.position < runs.done
WHERE run_columns.pending IS NULL
UNION ALL
SELECT
    runs.id, reviews.position, reviews.name, reviews.role, 'human', reviews.reviewer, 'j', NULL, reviews.value,
    reviews.rationale
FROM reviews
JOIN runs ON runs.key = reviews.run
WHERE NOT EXISTS (SELECT 1 FROM reviews AS newer WHERE newer.replaces = reviews.key);
