use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ItemFn, Result, ReturnType};

use crate::arguments::PredictorArguments;
use crate::function;

const WHAT: &str = "a predict function";
const EXPECTED: &str = "`inputs: &Inputs`, then optionally `config: &YourConfig`";

pub(crate) fn expand(arguments: &PredictorArguments, item: &ItemFn) -> Result<TokenStream> {
    function::check_signature(item, WHAT)?;
    let (inputs, config) = function::parameters(item, EXPECTED)?;
    let (inner, by_reference) = function::behind_reference(inputs)?;
    if function::last_name(inner).is_none_or(|name| name != "Inputs") {
        return Err(Error::new_spanned(inputs, format!("expected {EXPECTED}")));
    }
    let ReturnType::Type(_, return_type) = &item.sig.output else {
        return Err(Error::new(item.sig.ident.span(), "a predict function returns its outputs, or a `Result` of them"));
    };
    let config = function::config_tokens(config)?;
    let name = function::plugin_name(item, arguments.name.as_ref())?;
    let summary = function::summary(item, WHAT)?;

    let ident = &item.sig.ident;
    let marker = function::marker(ident, &item.vis);
    let schema = &config.schema;
    let read_config = &config.read;
    let inputs = if by_reference { quote!(&inputs) } else { quote!(inputs) };
    let config_argument = config.argument.iter();
    // `Result` is itself serialisable, so a trait could not tell outputs from a result of them; the name can.
    let returns_result = function::last_name(return_type).is_some_and(|name| name == "Result");
    let question_mark = returns_result.then(|| quote!(?));

    Ok(quote! {
        #marker

        const _: () = {
            fn call(
                config: ::std::string::String,
                inputs: ::scorebox_sdk::Inputs,
            ) -> ::scorebox_sdk::Result<::std::string::String> {
                #read_config
                ::scorebox_sdk::__private::to_json(&#ident(#inputs #(, #config_argument)*) #question_mark)
            }

            impl ::scorebox_sdk::__private::DefinesPredictor for #ident {
                const PREDICTOR: ::scorebox_sdk::Predictor = ::scorebox_sdk::Predictor {
                    name: #name,
                    summary: #summary,
                    config_schema: #schema,
                    call,
                };
            }
        };
    })
}
