use scorebox_sdk::{Example, scorer};

/// Requires a field that no example has.
#[scorer(requires(output))]
fn wrong_field(_example: &Example) -> bool {
    true
}

/// Has an argument that does not exist.
#[scorer(require(outputs))]
fn wrong_argument(_example: &Example) -> bool {
    true
}

/// Has a kind of value that does not exist.
#[scorer(returns = bool)]
fn wrong_kind(_example: &Example) -> bool {
    true
}

/// Has a name that the contract rules out.
#[scorer(name = "Exact-Match")]
fn wrong_name(_example: &Example) -> bool {
    true
}

fn main() {}
