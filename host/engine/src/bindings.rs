//! What `wit/` means in Rust, generated; nothing here is written by hand.
#![allow(missing_docs, unreachable_pub, clippy::pedantic, reason = "generated from documented WIT")]

/// Imports, types, and the exports of a component that holds scorers.
pub(crate) mod scorer {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "scorer-plugin",
        imports: {
            "scorebox:plugin/llm": async | trappable,
            "scorebox:plugin/tracing": trappable,
            "scorebox:plugin/log": trappable,
        },
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
        with: {
            "wasi:http": wasmtime_wasi_http::p2::bindings::http,
            "wasi:io": wasmtime_wasi::p2::bindings::io,
            "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        },
    });
}

/// The exports of a component that holds predict functions; everything else is shared with [`scorer`].
pub(crate) mod predictor {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "predictor-plugin",
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
        with: {
            "scorebox:plugin/types": super::scorer::scorebox::plugin::types,
            "scorebox:plugin/llm": super::scorer::scorebox::plugin::llm,
            "scorebox:plugin/tracing": super::scorer::scorebox::plugin::tracing,
            "scorebox:plugin/log": super::scorer::scorebox::plugin::log,
            "wasi:http": wasmtime_wasi_http::p2::bindings::http,
            "wasi:io": wasmtime_wasi::p2::bindings::io,
            "wasi:clocks": wasmtime_wasi::p2::bindings::clocks,
        },
    });
}

pub(crate) use predictor::exports::scorebox::plugin::predictors;
pub(crate) use scorer::exports::scorebox::plugin::scorers;
pub(crate) use scorer::scorebox::plugin::{llm, log, tracing, types};
