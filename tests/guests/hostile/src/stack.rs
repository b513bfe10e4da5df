//! Recursion without end.

use std::hint::black_box;

use crate::{Example, Scored, Value, one};

/// Fills the stack that the engine keeps for WebAssembly's own frames.
pub(crate) fn deep_recursion(_: &Example) -> Scored {
    one(Value::Integer(descend(1)))
}

fn descend(depth: i64) -> i64 {
    if black_box(depth) == 0 { 0 } else { descend_again(depth + 1).wrapping_add(depth) }
}

#[inline(never)]
fn descend_again(depth: i64) -> i64 {
    if depth < 0 { depth } else { descend(depth).wrapping_mul(3) }
}

/// Fills the guest's own stack, which lies in its linear memory.
pub(crate) fn deep_recursion_with_buffers(_: &Example) -> Scored {
    one(Value::Integer(descend_with_buffer(1)))
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "that is the point")]
fn descend_with_buffer(depth: i64) -> i64 {
    let mut buffer = [depth; 512];
    black_box(&mut buffer);
    descend_with_buffer(depth + 1).wrapping_add(buffer[3])
}
