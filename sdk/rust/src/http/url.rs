use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Error;

/// An absolute URL with `http` or `https`, for configs: its schema says `"format": "uri"`.
///
/// Only taken apart here; the host is what checks it for real. A fragment is dropped, and there are no credentials in it.
///
/// ```
/// use scorebox_sdk::http::Url;
///
/// /// Settings of a predict function.
/// #[scorebox_sdk::config]
/// struct Application {
///     /// Where the application is.
///     url: Url,
/// }
///
/// let config: Application = scorebox_sdk::serde_json::from_str(r#"{"url": "https://app.example/chat?v=2#top"}"#)?;
/// assert_eq!(config.url.to_string(), "https://app.example/chat?v=2");
/// assert_eq!((config.url.authority(), config.url.path()), ("app.example", "/chat"));
/// # Ok::<(), scorebox_sdk::serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Url {
    is_https: bool,
    authority: String,
    path_and_query: String,
}

impl Url {
    /// Takes a URL apart.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::take_apart(text).map_err(Error::InvalidRequest)
    }

    fn take_apart(text: &str) -> Result<Self, String> {
        let invalid =
            |why: &str| format!("`{text}` {why}; a URL is written like https://app.example:8443/path?key=value");
        if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(invalid("holds white space"));
        }
        let (is_https, rest) = match (strip_scheme(text, "https://"), strip_scheme(text, "http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(invalid("does not begin with https:// or http://")),
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (authority, path_and_query) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() {
            return Err(invalid("names no host"));
        }
        if authority.contains('@') {
            // Without the text: it holds a password.
            let message = "a URL with a user name or a password in it; the operator's grant can add such a header";
            return Err(message.to_owned());
        }
        let slash = if path_and_query.starts_with('/') { "" } else { "/" };
        Ok(Self { is_https, authority: authority.to_owned(), path_and_query: [slash, path_and_query].concat() })
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }

    /// The host, and the port where the URL has one.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or(&self.path_and_query)
    }

    /// The path, and the query with its question mark where there is one.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The URL that a reference, such as a `Location` header, leads to from here.
    pub(super) fn join(&self, reference: &str) -> Result<Self, Error> {
        let reference = reference.split('#').next().unwrap_or(reference);
        if has_scheme(reference) {
            return Self::parse(reference);
        }
        if reference.starts_with("//") {
            return Self::parse(&[self.scheme(), ":", reference].concat());
        }
        let path_and_query = match reference.as_bytes().first() {
            None => self.path_and_query.clone(),
            Some(b'?') => [self.path(), reference].concat(),
            Some(b'/') => without_dots(reference),
            Some(_) => {
                let folder = self.path().rfind('/').map_or("/", |slash| &self.path()[..=slash]);
                without_dots(&[folder, reference].concat())
            }
        };
        Self::parse(&[self.scheme(), "://", &self.authority, &path_and_query].concat())
    }

    /// Whether two URLs have the same scheme, host and port.
    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        self.is_https == other.is_https
            && self.without_default_port().eq_ignore_ascii_case(other.without_default_port())
    }

    fn without_default_port(&self) -> &str {
        let port = if self.is_https { ":443" } else { ":80" };
        self.authority.strip_suffix(port).unwrap_or(&self.authority)
    }
}

/// What follows the scheme, which is written in any case.
fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn has_scheme(reference: &str) -> bool {
    let end = reference.find([':', '/', '?']);
    end.is_some_and(|end| reference[end..].starts_with(':') && reference.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Resolves `.` and `..` in the path.
fn without_dots(path_and_query: &str) -> String {
    let (path, query) = path_and_query.split_at(path_and_query.find('?').unwrap_or(path_and_query.len()));
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
        if segments.peek().is_none() && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    ["/", &kept.join("/"), query].concat()
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [self.scheme(), "://", &self.authority, &self.path_and_query] {
            formatter.write_str(part)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Url {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::take_apart(&text)
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.to_string()
    }
}

impl From<&Url> for String {
    fn from(url: &Url) -> Self {
        url.to_string()
    }
}

impl JsonSchema for Url {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Url".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_url_has_a_scheme_a_host_and_a_path() {
        let parsed = url("HTTPS://App.example:8443/a/b?c=/d#e");
        assert_eq!(
            (parsed.scheme(), parsed.authority(), parsed.path(), parsed.path_and_query()),
            ("https", "App.example:8443", "/a/b", "/a/b?c=/d")
        );
    }

    #[test]
    fn a_missing_path_is_a_slash() {
        assert_eq!(url("http://a.example").to_string(), "http://a.example/");
        assert_eq!(url("http://[::1]:80?q=1").to_string(), "http://[::1]:80/?q=1");
        assert_eq!(url("http://a.example#x").to_string(), "http://a.example/");
    }

    #[test]
    fn what_is_no_url_is_told_with_its_text() {
        for text in ["a.example/x", "ftp://a.example/", "https:///x", "https://a.example/a b", "", "é"] {
            let error = Url::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("http: invalid request: ") && error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let error = Url::parse("https://ada:secret@a.example/").unwrap_err().to_string();
        assert!(error.contains("password") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn references_lead_where_rfc_3986_says() {
        let base = url("http://a.example/b/c/d?q");
        for (reference, target) in [
            ("g", "http://a.example/b/c/g"),
            ("./g", "http://a.example/b/c/g"),
            ("g/", "http://a.example/b/c/g/"),
            ("/g", "http://a.example/g"),
            ("//g.example", "http://g.example/"),
            ("?y", "http://a.example/b/c/d?y"),
            ("g?y", "http://a.example/b/c/g?y"),
            ("#s", "http://a.example/b/c/d?q"),
            ("", "http://a.example/b/c/d?q"),
            (".", "http://a.example/b/c/"),
            ("..", "http://a.example/b/"),
            ("../g", "http://a.example/b/g"),
            ("../../../../g", "http://a.example/g"),
            ("g?y/../x", "http://a.example/b/c/g?y/../x"),
            ("g;x=1/../y", "http://a.example/b/c/y"),
            ("https://g.example:1/x", "https://g.example:1/x"),
        ] {
            assert_eq!(base.join(reference).unwrap().to_string(), target, "{reference}");
        }
        assert!(matches!(base.join("file:///etc/passwd"), Err(Error::InvalidRequest(_))));
    }

    #[test]
    fn a_default_port_is_no_other_origin() {
        assert!(url("https://a.example/x").is_same_origin(&url("https://A.example:443/y")));
        for other in ["http://a.example/", "https://b.example/", "https://a.example:8443/", "https://a.example:80/"] {
            assert!(!url("https://a.example/").is_same_origin(&url(other)), "{other}");
        }
    }
}
