use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::repository::command_line;

/// What running a command to its end took.
pub(super) struct Usage {
    pub(super) elapsed: Duration,
    /// The most memory that was resident, in bytes; 0 for a process that was over before anyone could look.
    pub(super) peak_memory_bytes: u64,
}

/// Runs a command to its end, without its output.
pub(super) fn measure(command: &mut Command) -> Result<Usage> {
    let text = command_line(command);
    let began = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().with_context(|| format!("cannot run `{text}`"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_memory_bytes = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak_memory_bytes = peak_resident_bytes(&status_file).unwrap_or(0).max(peak_memory_bytes);
        std::thread::sleep(Duration::from_millis(2));
    };
    let elapsed = began.elapsed();
    if !status.success() {
        bail!("`{text}` failed ({status})");
    }
    Ok(Usage { elapsed, peak_memory_bytes })
}

/// The high-water mark that the kernel keeps.
fn peak_resident_bytes(status_file: &str) -> Option<u64> {
    let status = std::fs::read_to_string(status_file).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
