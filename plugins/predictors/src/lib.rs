//! Predict functions for most applications: a model behind a prompt, an application of your own behind HTTP, and two that
//! need neither, to try a dataset and its scorers and to test them in CI.

mod chat;
mod http;
mod jinja;
mod lookup;
mod template;

scorebox_sdk::plugin! { predictors: [chat::chat, http::http, lookup::lookup, template::template] }
