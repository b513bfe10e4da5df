//! What crates that ask `getrandom` get in a component: always the same bytes. A component that asked the host for
//! randomness would no longer be a pure function; hash tables, the usual reason to ask, do not need any.

use std::sync::atomic::{AtomicU64, Ordering};

/// Called by `getrandom` 0.3 and 0.4 where the build says `--cfg getrandom_backend="custom"`.
#[allow(unsafe_code, reason = "the name and the signature are getrandom's")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(destination: *mut u8, length: usize) -> Result<(), getrandom::Error> {
    // SAFETY: getrandom hands over `length` bytes that it owns, and that need not be initialised.
    let bytes = unsafe { std::slice::from_raw_parts_mut(destination.cast::<std::mem::MaybeUninit<u8>>(), length) };
    for chunk in bytes.chunks_mut(8) {
        for (byte, random) in chunk.iter_mut().zip(next().to_le_bytes()) {
            byte.write(random);
        }
    }
    Ok(())
}

/// SplitMix64, from a fixed seed.
fn next() -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    static STATE: AtomicU64 = AtomicU64::new(0);

    let state = STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
