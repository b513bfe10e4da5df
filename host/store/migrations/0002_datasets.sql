-- Datasets that Scorebox manages: a name, and versions that never change, each of which is a snapshot.

CREATE TABLE datasets (
    key BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    -- The number of the newest version that there ever was: none is used twice, not even after the dataset was deleted.
    last_version BIGINT NOT NULL DEFAULT 0,
    -- A deleted dataset has no versions and no tags; only its name is remembered.
    deleted_at TEXT
);

CREATE TABLE dataset_versions (
    dataset BIGINT NOT NULL REFERENCES datasets (key),
    version BIGINT NOT NULL,
    snapshot BIGINT NOT NULL REFERENCES snapshots (key),
    created_at TEXT NOT NULL,
    -- How it came about: create, import, merge, from_run or from_traces, and from what.
    action TEXT NOT NULL,
    origin TEXT,
    -- The length of its canonical JSONL, whose digest is the snapshot's.
    bytes BIGINT NOT NULL,
    -- Examples that are new, changed and gone since the version before.
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    PRIMARY KEY (dataset, version)
);
CREATE INDEX dataset_versions_by_snapshot ON dataset_versions (snapshot);

CREATE TABLE dataset_tags (
    dataset BIGINT NOT NULL,
    tag TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (dataset, tag),
    FOREIGN KEY (dataset, version) REFERENCES dataset_versions (dataset, version)
);
