use scorebox_sdk::{Example, scorer};

#[scorer]
fn is_good(_example: &Example) -> bool {
    true
}

fn main() {}
