//! The system that a guest sees: nothing of this machine, and the same on every run.
//!
//! No arguments, no environment, no standard input, no directories unless granted, a clock that starts at a fixed
//! moment and moves when it is read, randomness from a seed.

mod clock;
mod stdio;

use std::sync::{Arc, Mutex};

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use scorebox_core::{Digest, DigestWriter};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use crate::capture::Capture;
use crate::grants::{DirAccess, DirGrant, Grants};
use crate::outgoing::Caller;
use clock::VirtualClock;
use stdio::CapturedStream;

/// A system that offers nothing at all.
pub(crate) fn empty() -> WasiCtx {
    WasiCtxBuilder::new().build()
}

/// The system for one guest. Fails when a granted directory cannot be opened.
pub(crate) fn build(
    grants: &Grants,
    seed: u64,
    caller: &Caller,
    output: &Arc<Mutex<Capture>>,
) -> wasmtime::Result<WasiCtx> {
    let seed = guest_seed(seed, caller);
    let mut builder = WasiCtxBuilder::new();
    builder
        .allow_blocking_current_thread(false)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .stdout(CapturedStream::new(output))
        .stderr(CapturedStream::new(output))
        .wall_clock(VirtualClock::default())
        .monotonic_clock(VirtualClock::default())
        .secure_random(ChaCha8Rng::from_seed(seed))
        .insecure_random(ChaCha8Rng::from_seed(seed))
        .insecure_random_seed(u128::from_le_bytes(std::array::from_fn(|index| seed[index])));
    for grant in &grants.dirs {
        open_dir(&mut builder, grant)?;
    }
    Ok(builder.build())
}

/// Opens a granted directory, to find out before the first call whether it can be.
pub(crate) fn check_dir(grant: &DirGrant) -> wasmtime::Result<()> {
    open_dir(&mut WasiCtxBuilder::new(), grant)
}

fn open_dir(builder: &mut WasiCtxBuilder, grant: &DirGrant) -> wasmtime::Result<()> {
    let permissions = match grant.access {
        DirAccess::Read => FsPerms::ReadOnly,
        DirAccess::ReadWrite => FsPerms::ReadWrite,
    };
    builder.preopened_dir(&grant.host, &grant.guest, permissions)?;
    Ok(())
}

/// Makes each example's randomness depend on the run's seed and on what is computed, and on nothing else: not on the
/// order of the examples, not on how many run at once.
fn guest_seed(seed: u64, caller: &Caller) -> [u8; 32] {
    let mut writer = DigestWriter::default();
    writer.update(&seed.to_le_bytes());
    for part in [&caller.plugin.to_string(), &caller.function, &caller.example_id] {
        writer.update(&(part.len() as u64).to_le_bytes());
        writer.update(part.as_bytes());
    }
    if caller.repeat > 0 {
        writer.update(&caller.repeat.to_le_bytes());
    }
    let digest: Digest = writer.finish();
    digest.bytes()
}
