use scorebox_sdk::{Example, scorer};

/// Returns what is no feedback.
#[scorer]
fn returns_option(_example: &Example) -> Option<bool> {
    None
}

fn main() {}
