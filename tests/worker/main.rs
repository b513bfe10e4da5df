//! A process of its own for the tests that need one: to compile in, to misbehave in, and to measure memory in.

use std::io::{stderr, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use scorebox_engine::{Engine, EngineConfig, run_compile_worker};
use scorebox_tests::{Call, example, load, resident_bytes};

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["compile"] => Ok(run_compile_worker(&mut stdin().lock(), &mut stdout().lock(), &mut stderr().lock())),
        ["hang", pid_file] => hang(pid_file),
        ["crash"] => std::process::abort(),
        ["memory", component, scorers @ ..] => measure(component, scorers),
        ["crowd", component, budget] => crowd(component, budget),
        other => bail!("unknown arguments: {other:?}"),
    }
}

/// A compiler that does not come to an end.
fn hang(pid_file: &str) -> Result<ExitCode> {
    std::fs::write(pid_file, std::process::id().to_string())?;
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// How often a scorer is called before its memory is looked at, and how often in between.
const WARM_UP: usize = 4;
const ROUNDS: usize = 20;

/// Prints for each scorer by how many bytes the process was larger after any of many calls.
fn measure(component: &str, scorers: &[&str]) -> Result<ExitCode> {
    let component = std::fs::read(component).with_context(|| format!("{component} cannot be read"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let plugin = load(&component).await;
        for scorer in scorers {
            let call = Call::new(&plugin, scorer).limits(|limits| {
                limits.memory_bytes = 128 * 1024 * 1024;
                limits.cpu = Duration::from_millis(500);
            });
            repeat(&call, WARM_UP).await;
            let before = resident_bytes()?;
            let mut most = before;
            for _ in 0..ROUNDS {
                repeat(&call, 1).await;
                most = most.max(resident_bytes()?);
            }
            println!("{scorer} {}", most - before);
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// How many guests want to be alive at once, and what each of them fills.
const CROWD: usize = 12;
const CROWD_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// Prints by how many bytes the process grew while many guests that fill their memory were called at once.
fn crowd(component: &str, budget: &str) -> Result<ExitCode> {
    let component = std::fs::read(component).with_context(|| format!("{component} cannot be read"))?;
    let config = EngineConfig {
        memory_budget_bytes: Some(budget.parse()?),
        tick: Duration::from_millis(1),
        ..EngineConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let growth = runtime.block_on(async {
        let plugin = Engine::new(config)?.load(&component).await?;
        let call = Call::new(&plugin, "memory_bomb").limits(|limits| limits.memory_bytes = CROWD_MEMORY_BYTES);
        let scorer = call.scorer();
        let before = resident_bytes()?;
        let calls: Vec<_> = (0..CROWD)
            .map(|_| {
                let scorer = scorer.clone();
                tokio::spawn(async move { scorer.score(&example("row")).await.result.is_err() })
            })
            .collect();
        let mut most = before;
        while !calls.iter().all(tokio::task::JoinHandle::is_finished) {
            most = most.max(resident_bytes()?);
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        for call in calls {
            anyhow::ensure!(call.await?, "a guest without end came to one");
        }
        anyhow::Ok(most - before)
    })?;
    println!("{growth}");
    Ok(ExitCode::SUCCESS)
}

async fn repeat(call: &Call, times: usize) {
    for _ in 0..times {
        drop(call.score(&example("row")).await);
    }
}
