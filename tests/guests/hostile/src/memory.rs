//! Memory without end.

use std::hint::black_box;

use crate::{Example, Scored, Value, inputs, one};

const CHUNK_BYTES: usize = 1024 * 1024;

/// Allocates and touches memory until there is no more.
pub(crate) fn memory_bomb(_: &Example) -> Scored {
    let mut chunks = Vec::new();
    loop {
        chunks.push(black_box(vec![1_u8; CHUNK_BYTES]));
    }
}

/// Asks for more than there is, and goes on without it.
pub(crate) fn refusal_survived(_: &Example) -> Scored {
    let mut buffer = Vec::<u8>::new();
    let refused = black_box(&mut buffer).try_reserve(1024 * 1024 * 1024).is_err();
    one(Value::Boolean(refused))
}

/// The same, but a row whose inputs are `"trap"` traps for another reason.
pub(crate) fn refused_or_trap(example: &Example) -> Scored {
    assert!(inputs(example) != "\"trap\"", "asked to trap");
    refusal_survived(example)
}
