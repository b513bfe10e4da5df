//! What `wit-bindgen` makes of the contract: the imports once, and the glue of each exported interface in a module of its
//! own, so that a component says that it exports an interface only where [`plugin!`](crate::plugin!) writes its glue.
//!
//! The worlds are written here because a Rust plugin does not need the interface that it does not export, and few need
//! `wasi:http`; what of the imports is not called does not become an import of the component.

#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::pedantic, reason = "generated code")]

pub mod imports {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package scorebox:sdk-imports;
            world imports {
                import scorebox:plugin/types@1.0.0;
                import scorebox:plugin/llm@1.0.0;
                import scorebox:plugin/tracing@1.0.0;
                import scorebox:plugin/log@1.0.0;
            }
        ",
        world: "scorebox:sdk-imports/imports",
        generate_all,
    });
}

pub mod http {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package scorebox:sdk-http;
            world http {
                import wasi:http/outgoing-handler@0.2.12;
            }
        ",
        world: "scorebox:sdk-http/http",
        generate_all,
    });
}

pub mod scorers {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package scorebox:sdk-scorers;
            world scorers {
                export scorebox:plugin/scorers@1.0.0;
            }
        ",
        world: "scorebox:sdk-scorers/scorers",
        generate_all,
        with: { "scorebox:plugin/types@1.0.0": crate::bindings::imports::scorebox::plugin::types },
        pub_export_macro: true,
        export_macro_name: "export_scorers",
        default_bindings_module: "scorebox_sdk::bindings::scorers",
    });
}

pub mod predictors {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package scorebox:sdk-predictors;
            world predictors {
                export scorebox:plugin/predictors@1.0.0;
            }
        ",
        world: "scorebox:sdk-predictors/predictors",
        generate_all,
        with: { "scorebox:plugin/types@1.0.0": crate::bindings::imports::scorebox::plugin::types },
        pub_export_macro: true,
        export_macro_name: "export_predictors",
        default_bindings_module: "scorebox_sdk::bindings::predictors",
    });
}
