use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, Lit, LitStr, Meta, PatType, Result, ReturnType, Type,
    Visibility,
};

const MAX_NAME_LENGTH: usize = 64;

/// Refuses functions that the contract cannot call.
pub(crate) fn check_signature(function: &ItemFn, what: &str) -> Result<()> {
    let signature = &function.sig;
    if let Some(token) = &signature.asyncness {
        return Err(Error::new_spanned(token, format!("{what} cannot be async: calls to the host simply block")));
    }
    if let Some(token) = &signature.unsafety {
        return Err(Error::new_spanned(token, format!("{what} cannot be unsafe")));
    }
    if let Some(token) = &signature.abi {
        return Err(Error::new_spanned(token, format!("{what} is a plain Rust function, without an ABI")));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new_spanned(&signature.generics, format!("{what} cannot be generic")));
    }
    Ok(())
}

/// The name that the host knows the function by: as given, or the function's own.
pub(crate) fn plugin_name(function: &ItemFn, given: Option<&LitStr>) -> Result<String> {
    let (name, span) = match given {
        Some(literal) => (literal.value(), literal.span()),
        None => (function.sig.ident.to_string(), function.sig.ident.span()),
    };
    let mut characters = name.chars();
    let starts_well = characters.next().is_some_and(|first| first.is_ascii_lowercase());
    let goes_on_well = characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && goes_on_well && name.len() <= MAX_NAME_LENGTH {
        return Ok(name);
    }
    Err(Error::new(
        span,
        format!(
            "invalid name `{name}`: expected a lower-case letter, then lower-case letters, digits and `_`, at most \
             {MAX_NAME_LENGTH} characters in all; `name = \"…\"` gives the function another name"
        ),
    ))
}

/// The first paragraph of the doc comment, on one line.
pub(crate) fn summary(function: &ItemFn, what: &str) -> Result<String> {
    let lines = function
        .attrs
        .iter()
        .filter_map(doc_text)
        .flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>());
    let paragraph: Vec<String> = lines.skip_while(String::is_empty).take_while(|line| !line.is_empty()).collect();
    if paragraph.is_empty() {
        return Err(Error::new(
            function.sig.ident.span(),
            format!("{what} needs a doc comment: its first paragraph is the summary that users see, `/// …`"),
        ));
    }
    Ok(paragraph.join(" "))
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
    meta.path.is_ident("doc").then(|| match text.value() {
        // `/// ` leaves an empty text for a blank line, which `lines` would drop.
        empty if empty.is_empty() => "\n".to_owned(),
        text => text,
    })
}

/// The types of the first parameter and of the config, if there is one.
pub(crate) fn parameters<'a>(function: &'a ItemFn, expected: &str) -> Result<(&'a Type, Option<&'a Type>)> {
    let mut types = Vec::new();
    for argument in &function.sig.inputs {
        match argument {
            FnArg::Typed(PatType { ty, .. }) => types.push(&**ty),
            FnArg::Receiver(receiver) => {
                return Err(Error::new_spanned(receiver, format!("expected {expected}, and not a method")));
            }
        }
    }
    match types[..] {
        [first] => Ok((first, None)),
        [first, config] => Ok((first, Some(config))),
        [] => Err(Error::new(function.sig.ident.span(), format!("expected {expected}"))),
        [_, _, third, ..] => Err(Error::new_spanned(third, format!("one parameter too many: expected {expected}"))),
    }
}

/// The type behind one `&`, and whether there was one.
pub(crate) fn behind_reference(ty: &Type) -> Result<(&Type, bool)> {
    match ty {
        Type::Reference(reference) => match &reference.mutability {
            Some(token) => Err(Error::new_spanned(token, "the parameters of a plugin's functions are not mutable")),
            None => Ok((&reference.elem, true)),
        },
        Type::Paren(inner) => behind_reference(&inner.elem),
        other => Ok((other, false)),
    }
}

/// The last name of a path: `Example` for `scorebox_sdk::Example`.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The return type, able to stand where no lifetime can be left out.
pub(crate) fn return_type(function: &ItemFn) -> Type {
    match &function.sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => {
            let mut ty = (**ty).clone();
            if let Type::Reference(reference) = &mut ty {
                reference.lifetime = Some(syn::Lifetime::new("'static", Span::call_site()));
            }
            ty
        }
    }
}

/// A type of the function's name: types and functions live in different namespaces, so `plugin!` can ask the type for
/// what it needs while the function stays callable.
pub(crate) fn marker(name: &Ident, visibility: &Visibility) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_docs, unreachable_pub, dead_code)]
        #visibility struct #name {}
    }
}

/// The parts of an expansion that deal with the config: its schema, how it is read, and how it is passed on.
pub(crate) struct ConfigTokens {
    pub(crate) schema: TokenStream,
    pub(crate) read: TokenStream,
    pub(crate) argument: Option<TokenStream>,
}

pub(crate) fn config_tokens(ty: Option<&Type>) -> Result<ConfigTokens> {
    let Some(ty) = ty else {
        return Ok(ConfigTokens {
            schema: quote!(::scorebox_sdk::__private::empty_config_schema),
            read: quote!(let _ = config;),
            argument: None,
        });
    };
    let (ty, is_reference) = behind_reference(ty)?;
    let read = quote! {
        ::std::thread_local! {
            static CONFIG: ::scorebox_sdk::__private::ConfigCache<#ty> =
                const { ::scorebox_sdk::__private::ConfigCache::new() };
        }
        let config = CONFIG.with(|cache| cache.get(config))?;
    };
    let argument = if is_reference { quote!(&config) } else { quote!(<#ty as ::core::clone::Clone>::clone(&config)) };
    Ok(ConfigTokens { schema: quote!(::scorebox_sdk::__private::config_schema::<#ty>), read, argument: Some(argument) })
}
