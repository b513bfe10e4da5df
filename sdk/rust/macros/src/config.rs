use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Field, Fields, Ident, Meta, Path, Result, Token, Type};

/// Adds the derives, the rules for serde, and the defaults of fields that carry `#[default]` or `#[default(…)]`.
pub(crate) fn expand(arguments: TokenStream, mut input: DeriveInput) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "`#[config]` takes no arguments"));
    }
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "a config cannot be generic"));
    }
    match &mut input.data {
        Data::Struct(data) => match &mut data.fields {
            Fields::Named(_) => expand_struct(input),
            _ => Err(Error::new_spanned(&input.ident, "a config is a struct with named fields: a JSON object")),
        },
        Data::Enum(_) => {
            let derives = derives(&input.attrs);
            Ok(quote! {
                #derives
                #[serde(rename_all = "snake_case")]
                #input
            })
        }
        Data::Union(data) => Err(Error::new_spanned(data.union_token, "a config cannot be a union")),
    }
}

fn expand_struct(mut input: DeriveInput) -> Result<TokenStream> {
    let derives = derives(&input.attrs);
    let ident = input.ident.clone();
    let mut functions = Vec::new();
    let mut initialisers = Some(Vec::new());
    for field in fields_mut(&mut input) {
        let Some(name) = field.ident.clone() else { continue };
        let default = take_default(field)?;
        if let Some(value) = &default {
            functions.push(attach_default(field, &ident, &name, value));
        }
        let initial = default.or_else(|| is_option(&field.ty).then(|| quote!(::core::option::Option::None)));
        match (&mut initialisers, initial) {
            (Some(all), Some(value)) => all.push(quote!(#name: #value)),
            _ => initialisers = None,
        }
    }
    let default_impl = match initialisers {
        Some(all) if !derives_default(&input.attrs) => quote! {
            impl ::core::default::Default for #ident {
                fn default() -> Self {
                    Self { #(#all),* }
                }
            }
        },
        _ => TokenStream::new(),
    };
    let functions = (!functions.is_empty()).then(|| quote!(impl #ident { #(#functions)* }));
    Ok(quote! {
        #derives
        #[serde(deny_unknown_fields)]
        #input
        #functions
        #default_impl
    })
}

fn fields_mut(input: &mut DeriveInput) -> impl Iterator<Item = &mut Field> {
    match &mut input.data {
        Data::Struct(data) => Some(data.fields.iter_mut()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

/// `Clone`, `Debug`, `Deserialize` and `JsonSchema`, without those that the author derives already.
fn derives(attributes: &[Attribute]) -> TokenStream {
    let written = derived(attributes);
    let wanted = [
        ("Clone", quote!(::core::clone::Clone)),
        ("Debug", quote!(::core::fmt::Debug)),
        ("Deserialize", quote!(::scorebox_sdk::serde::Deserialize)),
        ("JsonSchema", quote!(::scorebox_sdk::schemars::JsonSchema)),
    ];
    let missing = wanted.into_iter().filter(|(name, _)| !written.iter().any(|path| path == name)).map(|(_, path)| path);
    quote! {
        #[derive(#(#missing),*)]
        #[serde(crate = "::scorebox_sdk::serde")]
        #[schemars(crate = "::scorebox_sdk::schemars")]
    }
}

fn derives_default(attributes: &[Attribute]) -> bool {
    derived(attributes).iter().any(|name| name == "Default")
}

fn derived(attributes: &[Attribute]) -> Vec<Ident> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .filter_map(|path| path.segments.last().map(|segment| segment.ident.clone()))
        .collect()
}

/// Removes `#[default]` or `#[default(…)]` from a field and answers the expression that it stands for.
fn take_default(field: &mut Field) -> Result<Option<TokenStream>> {
    let Some(index) = field.attrs.iter().position(|attribute| attribute.path().is_ident("default")) else {
        return Ok(None);
    };
    let attribute = field.attrs.remove(index);
    match &attribute.meta {
        Meta::Path(_) => Ok(Some(quote!(::core::default::Default::default()))),
        Meta::List(_) => {
            let value: Expr = attribute.parse_args()?;
            let is_text = matches!(&value, Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Str(_)));
            Ok(Some(if is_text { quote!(::core::convert::Into::into(#value)) } else { value.into_token_stream() }))
        }
        Meta::NameValue(_) => Err(Error::new_spanned(&attribute, "expected `#[default]` or `#[default(value)]`")),
    }
}

/// Points serde at a function that makes the default value.
fn attach_default(field: &mut Field, config: &Ident, name: &Ident, value: &TokenStream) -> TokenStream {
    let function = format_ident!("__default_{}", name);
    let path = format!("{config}::{function}");
    let ty = &field.ty;
    let tokens = quote! {
        #[doc(hidden)]
        fn #function() -> #ty {
            #value
        }
    };
    field.attrs.push(syn::parse_quote!(#[serde(default = #path)]));
    tokens
}

fn is_option(ty: &Type) -> bool {
    crate::function::last_name(ty).is_some_and(|name| name == "Option")
}
