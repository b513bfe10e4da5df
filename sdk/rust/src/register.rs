/// Says what the component holds. Written once, in the root of the plugin's crate:
///
/// ```text
/// scorebox_sdk::plugin! {
///     scorers: [exact_match, similarity::levenshtein],
///     predictors: [echo],
/// }
/// ```
///
/// A function is named by its path: a module and a function of one name cannot both be in scope here, so a function
/// `bleu` of a module `bleu` is listed as `bleu::bleu`, without a `use`.
///
/// Either list may be left out: a component without scorers does not export the interface for scorers. For native
/// tests, the macro makes a static `PLUGIN` of type [`Plugin`](crate::Plugin).
#[macro_export]
macro_rules! plugin {
    (scorers: [$($scorer:ty),+ $(,)?] $(,)?) => {
        $crate::__plugin! { [$($scorer),+] [] }
        $crate::__export! { export_scorers scorers }
    };
    (predictors: [$($predictor:ty),+ $(,)?] $(,)?) => {
        $crate::__plugin! { [] [$($predictor),+] }
        $crate::__export! { export_predictors predictors }
    };
    (scorers: [$($scorer:ty),+ $(,)?], predictors: [$($predictor:ty),+ $(,)?] $(,)?) => {
        $crate::__plugin! { [$($scorer),+] [$($predictor),+] }
        $crate::__export! { export_scorers scorers }
        $crate::__export! { export_predictors predictors }
    };
    ($($anything:tt)*) => {
        ::core::compile_error! {
            "expected `scorers: [a, b]`, `predictors: [c]`, or the two in this order, separated by a comma"
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __plugin {
    ([$($scorer:ty),*] [$($predictor:ty),*]) => {
        /// What this component holds.
        #[allow(unreachable_pub, dead_code)]
        pub static PLUGIN: $crate::Plugin = $crate::Plugin::new(
            &[$(<$scorer as $crate::__private::DefinesScorer>::SCORER),*],
            &[$(<$predictor as $crate::__private::DefinesPredictor>::PREDICTOR),*],
        );
    };
}

#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($export:ident $interface:ident) => {
        #[allow(unsafe_code, reason = "the exported functions take what the canonical ABI lays out in memory")]
        const _: () = {
            struct Component;

            impl $crate::__private::HoldsPlugin for Component {
                const PLUGIN: &'static $crate::Plugin = &PLUGIN;
            }

            $crate::bindings::$interface::$export!(
                Component with_types_in $crate::bindings::$interface
            );
        };
    };
}

/// Natively there is nothing to export: plugins are ordinary crates, and several of them link into one program.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($export:ident $interface:ident) => {};
}
