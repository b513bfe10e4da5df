use scorebox_sdk::{Example, Inputs, predictor, scorer};

/// A scorer takes an example.
#[scorer]
fn takes_text(_output: &str) -> bool {
    true
}

/// A scorer takes at most a config beside it.
#[scorer]
fn takes_too_much(_example: &Example, _config: &Settings, _more: bool) -> bool {
    true
}

/// A predict function takes inputs.
#[predictor]
fn takes_example(_example: &Example) -> bool {
    true
}

/// Nothing is async.
#[scorer]
async fn is_async(_example: &Example) -> bool {
    true
}

/// Nothing is generic.
#[predictor]
fn is_generic<T>(_inputs: &Inputs) -> bool {
    true
}

#[scorebox_sdk::config]
struct Settings {}

fn main() {}
