//! Work without end.

use std::hint::black_box;

use crate::{Example, Scored};

pub(crate) fn loop_forever(_: &Example) -> Scored {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}
