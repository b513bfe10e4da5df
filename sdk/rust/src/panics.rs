use std::sync::atomic::{AtomicBool, Ordering};

use crate::log;

/// Sends the message of a panic to the host's log, where the row's error shows it. Without this, a panic is a bare
/// `unreachable` instruction. Done on the first call into an instance: an instance has no start code to pay for.
pub(crate) fn report() {
    static IS_SET: AtomicBool = AtomicBool::new(false);
    if !IS_SET.swap(true, Ordering::Relaxed) {
        std::panic::set_hook(Box::new(|info| log::error(info.to_string())));
    }
}
