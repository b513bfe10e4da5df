//! The attribute macros of `scorebox-sdk`, which re-exports them and documents them for plugin authors.
//!
//! The macros only translate: they check what can be checked on tokens, and leave every rule about values to traits of
//! the SDK. They must never change the function or the struct they stand on, beyond adding attributes.

mod arguments;
mod config;
mod function;
mod predictor;
mod scorer;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use syn::{DeriveInput, ItemFn, parse_macro_input};

use crate::arguments::{PredictorArguments, ScorerArguments};

/// Makes a scorer of a function.
#[proc_macro_attribute]
pub fn scorer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    let expansion =
        syn::parse::<ScorerArguments>(arguments).and_then(|arguments| scorer::expand(&arguments, &function));
    keep(&function, expansion).into()
}

/// Makes a predict function of a function.
#[proc_macro_attribute]
pub fn predictor(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    let expansion =
        syn::parse::<PredictorArguments>(arguments).and_then(|arguments| predictor::expand(&arguments, &function));
    keep(&function, expansion).into()
}

/// Makes the config of a scorer or a predict function of a struct or an enum.
#[proc_macro_attribute]
pub fn config(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let input = parse_macro_input!(item as DeriveInput);
    config::expand(arguments.into(), input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// The function as it was written, followed by what was made for it. The function stays even beside an error, so that
/// the error is the only one that its author sees.
fn keep(function: &ItemFn, expansion: syn::Result<TokenStream2>) -> TokenStream2 {
    let expansion = expansion.unwrap_or_else(|error| {
        let marker = function::marker(&function.sig.ident, &function.vis);
        let error = error.into_compile_error();
        quote::quote!(#marker #error)
    });
    quote::quote!(#function #expansion)
}
