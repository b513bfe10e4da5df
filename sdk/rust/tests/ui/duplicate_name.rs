use scorebox_sdk::{Example, scorer};

/// The first.
#[scorer]
fn first(_example: &Example) -> bool {
    true
}

/// The second.
#[scorer(name = "first")]
fn second(_example: &Example) -> bool {
    true
}

scorebox_sdk::plugin! { scorers: [first, second] }

fn main() {}
