//! The store through its public face, on SQLite and on PostgreSQL.
