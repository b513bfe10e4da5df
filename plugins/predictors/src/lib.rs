//! Predict functions that need no model: enough to try a dataset and its scorers, and to test them in CI.

mod lookup;
mod template;

scorebox_sdk::plugin! { predictors: [template::template, lookup::lookup] }
