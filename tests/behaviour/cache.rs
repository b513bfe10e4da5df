//! Compiled code is kept, is only loaded from where nobody else can put it, and can be made in a process of its own.
//!
//! A compile worker that does not exist shows that code came out of the cache: with it, nothing can be compiled.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use scorebox_core::Value;
use scorebox_engine::{CompileIn, CompileLimits, Engine, EngineConfig, EngineError, LoadError, WorkerCommand};
use scorebox_tests::{Call, curious_component, example, hostile_component};

fn worker(arguments: &[&str]) -> CompileIn {
    CompileIn::Worker(WorkerCommand {
        program: PathBuf::from(env!("CARGO_BIN_EXE_scorebox-test-worker")),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
    })
}

fn no_compiler() -> CompileIn {
    CompileIn::Worker(WorkerCommand { program: PathBuf::from("/nonexistent/compiler"), arguments: Vec::new() })
}

fn engine(cache: Option<&Path>, compile_in: CompileIn, compile: CompileLimits) -> Result<Engine, EngineError> {
    Engine::new(EngineConfig { cache_dir: cache.map(Path::to_owned), compile_in, compile, ..EngineConfig::default() })
}

async fn load(cache: &Path, compile_in: CompileIn) -> Result<Value, LoadError> {
    let engine = engine(Some(cache), compile_in, CompileLimits::default()).unwrap();
    let plugin = engine.load(hostile_component()).await?;
    Ok(Call::new(&plugin, "well_behaved").value(&example("row")).await)
}

/// The files with compiled code.
fn entries(cache: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "cwasm")).collect()
}

#[tokio::test]
async fn a_component_is_compiled_once() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("new/cache");
    let error = load(&cache, no_compiler()).await.unwrap_err();
    assert!(matches!(&error, LoadError::Compile(text) if text.contains("/nonexistent/compiler")), "{error}");
    assert_eq!(load(&cache, CompileIn::Thread).await.unwrap(), Value::Boolean(true));
    assert_eq!(load(&cache, no_compiler()).await.unwrap(), Value::Boolean(true));
    assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_damaged_entry_is_compiled_anew() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("cache");
    load(&cache, CompileIn::Thread).await.unwrap();
    let entry = entries(&cache).pop().unwrap();
    let intact = fs::read(&entry).unwrap();
    let mut flipped = intact.clone();
    flipped[intact.len() / 2] ^= 1;
    for damaged in [flipped.as_slice(), &intact[..intact.len() / 2], &intact[..10], b""] {
        fs::write(&entry, damaged).unwrap();
        assert!(load(&cache, no_compiler()).await.is_err(), "{} bytes", damaged.len());
        assert_eq!(load(&cache, CompileIn::Thread).await.unwrap(), Value::Boolean(true));
        assert_eq!(load(&cache, no_compiler()).await.unwrap(), Value::Boolean(true));
    }
}

#[tokio::test]
async fn code_for_other_settings_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("cache");
    load(&cache, CompileIn::Thread).await.unwrap();
    let config = EngineConfig {
        cache_dir: Some(cache),
        compile_in: no_compiler(),
        counts_fuel: true,
        ..EngineConfig::default()
    };
    assert!(Engine::new(config).unwrap().load(hostile_component()).await.is_err());
}

#[tokio::test]
async fn a_cache_that_others_can_write_to_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(dir.path(), Permissions::from_mode(mode)).unwrap();
        let error = engine(Some(dir.path()), CompileIn::Thread, CompileLimits::default()).unwrap_err();
        assert!(matches!(error, EngineError::Cache { .. }), "{mode:o}: {error}");
        assert!(error.to_string().contains("chmod 700"), "{mode:o}: {error}");
    }
}

#[tokio::test]
async fn a_cache_behind_a_link_or_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("file"), dir.path().join("link"));
    fs::write(&file, "").unwrap();
    symlink(dir.path(), &link).unwrap();
    for path in [file, link] {
        let error = engine(Some(&path), CompileIn::Thread, CompileLimits::default()).unwrap_err();
        assert!(matches!(error, EngineError::Cache { .. }), "{}: {error}", path.display());
    }
}

#[tokio::test]
async fn a_worker_compiles_the_same_code() {
    let dir = tempfile::tempdir().unwrap();
    let (by_worker, by_thread) = (dir.path().join("worker"), dir.path().join("thread"));
    assert_eq!(load(&by_worker, worker(&["compile"])).await.unwrap(), Value::Boolean(true));
    load(&by_thread, CompileIn::Thread).await.unwrap();
    let [one, other] = [&by_worker, &by_thread].map(|cache| entries(cache).pop().unwrap());
    assert_eq!(one.file_name(), other.file_name());
    assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "the code differs");
}

async fn load_with(compile_in: CompileIn, compile: CompileLimits, component: &[u8]) -> LoadError {
    let engine = engine(None, compile_in, compile).unwrap();
    engine.load(component).await.expect_err("the component is not compiled")
}

#[tokio::test]
async fn a_worker_reports_what_is_wrong_with_a_component() {
    let mut damaged = curious_component().to_vec();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let by_worker = load_with(worker(&["compile"]), CompileLimits::default(), &damaged).await;
    let by_thread = load_with(CompileIn::Thread, CompileLimits::default(), &damaged).await;
    assert!(matches!(by_worker, LoadError::Malformed { .. }), "{by_worker}");
    assert_eq!(by_worker.to_string(), by_thread.to_string());
}

#[tokio::test]
async fn a_worker_that_hangs_is_killed_after_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let pid_file = dir.path().join("pid");
    let compile = CompileLimits { time: Duration::from_secs(1), ..CompileLimits::default() };
    let error = load_with(worker(&["hang", pid_file.to_str().unwrap()]), compile, hostile_component()).await;
    assert!(matches!(error, LoadError::CompileTimeout { .. }), "{error}");
    let pid = fs::read_to_string(pid_file).unwrap();
    let is_gone = || {
        let state = fs::read_to_string(format!("/proc/{pid}/stat"));
        state.map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
    };
    for _ in 0..500 {
        if is_gone() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the worker {pid} is still running");
}

#[tokio::test]
async fn a_worker_that_crashes_is_an_error() {
    let error = load_with(worker(&["crash"]), CompileLimits::default(), hostile_component()).await;
    assert!(matches!(&error, LoadError::Compile(text) if text.contains("the compile worker died")), "{error}");
}

#[tokio::test]
async fn a_worker_stays_within_its_memory() {
    let compile = CompileLimits { memory_bytes: 16 * 1024 * 1024, ..CompileLimits::default() };
    let error = load_with(worker(&["compile"]), compile, hostile_component()).await;
    assert!(matches!(&error, LoadError::Compile(text) if text.contains("compile.memory_bytes")), "{error}");
}
