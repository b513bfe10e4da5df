use std::io::{Read, Write};
use std::process::{ExitCode, Stdio};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{CodeSettings, WorkerCommand};
use crate::config::CompileLimits;
use crate::error::LoadError;

/// The first line of what a worker reads; the component follows.
#[derive(Serialize, Deserialize)]
struct Order {
    settings: CodeSettings,
    memory_bytes: usize,
}

/// What a worker writes to standard error when it fails.
#[derive(Serialize, Deserialize)]
enum Complaint {
    Malformed { offset: usize, message: String },
    Compile { message: String },
}

impl From<Complaint> for LoadError {
    fn from(complaint: Complaint) -> Self {
        match complaint {
            Complaint::Malformed { offset, message } => Self::Malformed { offset, message },
            Complaint::Compile { message } => Self::Compile(message),
        }
    }
}

/// Validates, then compiles; validation first, so that damage is reported with its place.
fn compile(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Vec<u8>, Complaint> {
    wasmparser::Validator::new().validate_all(bytes).map_err(|error| Complaint::Malformed {
        offset: error.offset(),
        message: crate::inspect::one_line(error.message()),
    })?;
    engine.precompile_component(bytes).map_err(|error| Complaint::Compile { message: format!("{error:#}") })
}

pub(super) async fn compile_in_thread(
    engine: wasmtime::Engine,
    bytes: Vec<u8>,
    limits: &CompileLimits,
) -> Result<Vec<u8>, LoadError> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("scorebox-compile".into())
        .spawn(move || {
            // The receiver is gone when the compilation was given up.
            let _ = sender.send(compile(&engine, &bytes));
        })
        .map_err(|error| LoadError::Compile(format!("no thread to compile in: {error}")))?;
    match tokio::time::timeout(limits.time, receiver).await {
        Err(_) => Err(LoadError::CompileTimeout { limit: limits.time }),
        Ok(Err(_)) => Err(LoadError::Compile("the compiler crashed on this component".into())),
        Ok(Ok(outcome)) => outcome.map_err(Into::into),
    }
}

pub(super) async fn compile_in_process(
    command: &WorkerCommand,
    settings: CodeSettings,
    bytes: &[u8],
    limits: &CompileLimits,
) -> Result<Vec<u8>, LoadError> {
    let broken = |error: std::io::Error| {
        LoadError::Compile(format!("the compile worker {} does not work: {error}", command.program.display()))
    };
    let mut order = serde_json::to_vec(&Order { settings, memory_bytes: limits.memory_bytes })
        .map_err(|error| broken(error.into()))?;
    order.push(b'\n');
    let mut worker = tokio::process::Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(broken)?;
    let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) =
        (worker.stdin.take(), worker.stdout.take(), worker.stderr.take())
    else {
        return Err(broken(std::io::ErrorKind::BrokenPipe.into()));
    };
    let exchange = async {
        let (mut code, mut complaint) = (Vec::new(), Vec::new());
        let send = async {
            // A worker that dies early closes its end; its exit status tells more than the failed write.
            let _ = stdin.write_all(&order).await;
            let _ = stdin.write_all(bytes).await;
            drop(stdin);
        };
        let ((), code_read, complaint_read, status) =
            tokio::join!(send, stdout.read_to_end(&mut code), stderr.read_to_end(&mut complaint), worker.wait());
        code_read?;
        complaint_read?;
        Ok((status?, code, complaint))
    };
    let (status, code, complaint) = match tokio::time::timeout(limits.time, exchange).await {
        Err(_) => return Err(LoadError::CompileTimeout { limit: limits.time }),
        Ok(outcome) => outcome.map_err(broken)?,
    };
    if status.success() {
        return Ok(code);
    }
    Err(match serde_json::from_slice::<Complaint>(&complaint) {
        Ok(complaint) => complaint.into(),
        Err(_) => LoadError::Compile(format!(
            "the compile worker died ({status}); the component may need more than the limit compile.memory_bytes of {}",
            limits.memory_bytes
        )),
    })
}

/// The body of a compile worker: reads an order and a component from `input`, writes machine code to `output`.
///
/// Programs that use [`super::CompileIn::Worker`] call this, and do nothing else, when started as a worker.
pub fn run_compile_worker(input: &mut impl Read, output: &mut impl Write, complaints: &mut impl Write) -> ExitCode {
    let outcome = read_order(input).and_then(|(order, component)| {
        limit_memory(order.memory_bytes)?;
        let engine = wasmtime::Engine::new(&order.settings.wasmtime_config()).map_err(complain)?;
        let code = compile(&engine, &component)?;
        output.write_all(&code).and_then(|()| output.flush()).map_err(complain)
    });
    let Err(complaint) = outcome else { return ExitCode::SUCCESS };
    // Where even this fails, the exit code is all that is left.
    let _ = serde_json::to_writer(complaints, &complaint);
    ExitCode::FAILURE
}

fn read_order(input: &mut impl Read) -> Result<(Order, Vec<u8>), Complaint> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(complain)?;
    let end_of_line = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(|| complain("no order was given"))?;
    let component = bytes.split_off(end_of_line + 1);
    Ok((serde_json::from_slice(&bytes).map_err(complain)?, component))
}

fn limit_memory(bytes: usize) -> Result<(), Complaint> {
    let limit = rustix::process::Rlimit { current: Some(bytes as u64), maximum: Some(bytes as u64) };
    rustix::process::setrlimit(rustix::process::Resource::As, limit).map_err(complain)
}

fn complain(error: impl std::fmt::Display) -> Complaint {
    Complaint::Compile { message: error.to_string() }
}
