use std::process::Command;

use anyhow::Result;

use super::process::measure;
use super::{Bench, evaluation, median, verdict};

const ROUNDS: usize = 15;
const BAR: f64 = 3.0;
const PYTHON: [&str; 2] = ["-c", "import json, asyncio, urllib.request"];

/// The whole process for ten rows, with compiled components in the cache.
pub(super) fn run(bench: &Bench) -> Result<()> {
    let project = evaluation::project(bench, 10)?;
    let scorebox = || {
        let mut command = evaluation::command(bench, &project);
        measure(&mut command).map(|usage| usage.elapsed.as_secs_f64())
    };
    scorebox()?;
    let (mut ours, mut pythons, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let python = measure(Command::new("python3").args(PYTHON))?.elapsed.as_secs_f64();
        let own = scorebox()?;
        ours.push(own);
        pythons.push(python);
        ratios.push(own / python);
    }
    let (own, python, ratio) = (median(&mut ours) * 1e3, median(&mut pythons) * 1e3, median(&mut ratios));
    println!("scorebox eval {own:.0} ms, python3 {python:.0} ms: {ratio:.2} ×   bar ≤ {BAR} {}", verdict(ratio <= BAR));
    Ok(())
}
