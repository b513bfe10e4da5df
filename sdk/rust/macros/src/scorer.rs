use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, GenericArgument, Ident, ItemFn, PathArguments, Result, Type};

use crate::arguments::ScorerArguments;
use crate::function;

const WHAT: &str = "a scorer";
const EXPECTED: &str = "`example: &Example` (or `turns: &[Example]` for a scorer of conversations), \
                        then optionally `config: &YourConfig`";

/// How the first parameter takes what is scored.
enum Subject {
    Example { by_reference: bool },
    Session { by_reference: bool },
}

pub(crate) fn expand(arguments: &ScorerArguments, item: &ItemFn) -> Result<TokenStream> {
    function::check_signature(item, WHAT)?;
    let (subject, config) = function::parameters(item, EXPECTED)?;
    let subject = subject_of(subject)?;
    let config = function::config_tokens(config)?;
    let name = function::plugin_name(item, arguments.name.as_ref())?;
    let summary = function::summary(item, WHAT)?;

    let ident = &item.sig.ident;
    let marker = function::marker(ident, &item.vis);
    let schema = &config.schema;
    let (requires, uses) = fields(arguments);
    let returns = returns(arguments, item);
    let aggregations = arguments.aggregations.iter().map(|name| variant("Aggregation", name));
    let read_config = &config.read;
    let (call, taken, passed) = subject.tokens();
    let config_argument = config.argument.iter();

    Ok(quote! {
        #marker

        const _: () = {
            fn call(
                config: ::std::string::String,
                subject: #taken,
            ) -> ::scorebox_sdk::Result<::std::vec::Vec<::scorebox_sdk::Feedback>> {
                #read_config
                ::scorebox_sdk::IntoFeedback::into_feedback(#ident(#passed #(, #config_argument)*))
            }

            impl ::scorebox_sdk::__private::DefinesScorer for #ident {
                const SCORER: ::scorebox_sdk::Scorer = ::scorebox_sdk::Scorer {
                    name: #name,
                    summary: #summary,
                    config_schema: #schema,
                    requires: #requires,
                    uses: #uses,
                    returns: #returns,
                    aggregations: &[#(#aggregations),*],
                    call: ::scorebox_sdk::__private::ScorerCall::#call(call),
                };
            }
        };
    })
}

impl Subject {
    /// The variant of `ScorerCall`, the type that the host hands over, and the expression that passes it on.
    fn tokens(&self) -> (TokenStream, TokenStream, TokenStream) {
        let (call, taken, by_reference) = match self {
            Self::Example { by_reference } => (quote!(Example), quote!(::scorebox_sdk::Example), by_reference),
            Self::Session { by_reference } => {
                (quote!(Session), quote!(::std::vec::Vec<::scorebox_sdk::Example>), by_reference)
            }
        };
        (call, taken, if *by_reference { quote!(&subject) } else { quote!(subject) })
    }
}

fn subject_of(ty: &Type) -> Result<Subject> {
    let (inner, by_reference) = function::behind_reference(ty)?;
    let is_example = |ty: &Type| function::last_name(ty).is_some_and(|name| name == "Example");
    match inner {
        ty if is_example(ty) => Ok(Subject::Example { by_reference }),
        Type::Slice(slice) if by_reference && is_example(&slice.elem) => Ok(Subject::Session { by_reference }),
        Type::Path(_) if element_of_vec(inner).is_some_and(is_example) => Ok(Subject::Session { by_reference }),
        _ => Err(Error::new_spanned(ty, format!("expected {EXPECTED}"))),
    }
}

fn element_of_vec(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(element) if last.ident == "Vec" => Some(element),
        _ => None,
    }
}

/// Without a word about fields, a scorer needs `outputs` and is sent `inputs` and `expectations`.
fn fields(arguments: &ScorerArguments) -> (TokenStream, TokenStream) {
    if arguments.requires.is_none() && arguments.uses.is_none() {
        return (
            quote!(::scorebox_sdk::Fields::OUTPUTS),
            quote!(::scorebox_sdk::Fields::INPUTS.union(::scorebox_sdk::Fields::EXPECTATIONS)),
        );
    }
    (union(arguments.requires.as_deref()), union(arguments.uses.as_deref()))
}

fn union(names: Option<&[Ident]>) -> TokenStream {
    let constants =
        names.unwrap_or_default().iter().map(|name| Ident::new(&name.to_string().to_uppercase(), name.span()));
    quote!(::scorebox_sdk::Fields::NONE #(.union(::scorebox_sdk::Fields::#constants))*)
}

fn returns(arguments: &ScorerArguments, item: &ItemFn) -> TokenStream {
    match &arguments.returns {
        Some(kind) => variant("ValueKind", kind),
        None => {
            let ty = function::return_type(item).into_token_stream();
            quote!(<#ty as ::scorebox_sdk::IntoFeedback>::RETURNS)
        }
    }
}

fn variant(of: &str, word: &Ident) -> TokenStream {
    let of = Ident::new(of, word.span());
    let mut name = word.to_string();
    name[..1].make_ascii_uppercase();
    let name = Ident::new(&name, word.span());
    quote!(::scorebox_sdk::#of::#name)
}
