//! A PostgreSQL server with an empty database, for benchmarks: it says where it listens, and stops at the end of its
//! standard input.

use std::io::Read as _;

use anyhow::Context as _;
use scorebox_fakes::PostgresServer;

fn main() -> anyhow::Result<()> {
    let server = PostgresServer::start()?;
    println!("listening on {}", server.new_database()?);
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).context("cannot wait for the end of standard input")?;
    drop(server);
    Ok(())
}
