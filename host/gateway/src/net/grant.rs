use std::fmt;
use std::net::IpAddr;

use http::{HeaderName, Method};
use url::{Host, Url};

use super::address::{AddressKind, kind_of};
use crate::secret::SecretSource;

/// One place that a plugin may send HTTP requests to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpGrant {
    scheme: Scheme,
    host: HostPattern,
    port: u16,
    methods: Vec<Method>,
    allows_private: bool,
    headers: Vec<(HeaderName, SecretSource)>,
}

/// The methods of a grant that names none.
const DEFAULT_METHODS: [Method; 3] = [Method::GET, Method::HEAD, Method::POST];

/// `http` or `https`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// Which hosts a grant is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    /// This host.
    Exact(Host),
    /// Every host below this domain, but not the domain itself.
    Below(String),
}

/// Why a text is no grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no HTTP grant: {reason}")]
pub struct InvalidHttpGrant {
    text: String,
    reason: String,
}

impl HttpGrant {
    /// Reads `SCHEME://HOST[:PORT]`, where the host may begin with `*.`; it allows GET, HEAD and POST.
    pub fn parse(text: &str) -> Result<Self, InvalidHttpGrant> {
        let invalid = |reason: &str| InvalidHttpGrant { text: text.to_owned(), reason: reason.to_owned() };
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| invalid("write SCHEME://HOST[:PORT], such as https://api.example.com"))?;
        let (host, is_pattern) = match rest.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (rest, false),
        };
        if host.contains('*') {
            return Err(invalid("`*` stands for subdomains only, at the beginning: https://*.example.com"));
        }
        let url = Url::parse(&format!("{scheme}://{host}")).map_err(|error| invalid(&error.to_string()))?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("a grant is for a whole host: leave out the path"));
        }
        let target = Target::of(&url).map_err(|reason| invalid(&reason))?;
        let host = match (target.host, is_pattern) {
            (Host::Domain(domain), true) if domain.contains('.') => HostPattern::Below(domain),
            (Host::Domain(_), true) => {
                return Err(invalid("a whole top-level domain is too much; name a domain below it"));
            }
            (_, true) => return Err(invalid("an address has no subdomains")),
            (host, false) => HostPattern::Exact(host),
        };
        Ok(Self {
            scheme: target.scheme,
            host,
            port: target.port,
            methods: DEFAULT_METHODS.to_vec(),
            allows_private: false,
            headers: Vec::new(),
        })
    }

    /// Allows these methods instead.
    #[must_use]
    pub fn methods(self, methods: Vec<Method>) -> Self {
        Self { methods, ..self }
    }

    /// Allows loopback, private and link-local addresses too; a metadata service only where the grant names its address.
    #[must_use]
    pub fn private(self) -> Self {
        Self { allows_private: true, ..self }
    }

    /// Adds a header to every request, whose value the plugin does not see.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: SecretSource) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn allowed_methods(&self) -> &[Method] {
        &self.methods
    }

    fn covers(&self, target: &Target) -> bool {
        let host_fits = match (&self.host, &target.host) {
            (HostPattern::Exact(granted), host) => granted == host,
            (HostPattern::Below(domain), Host::Domain(host)) => {
                host.strip_suffix(domain.as_str()).is_some_and(|label| label.len() > 1 && label.ends_with('.'))
            }
            (HostPattern::Below(_), _) => false,
        };
        host_fits && self.scheme == target.scheme && self.port == target.port
    }
}

/// Whether a request may be sent to an address, if its host is one.
fn check_address(target: &Target, allows_private: bool) -> Result<(), String> {
    let Some(address) = target.address() else { return Ok(()) };
    match kind_of(address) {
        AddressKind::Public => Ok(()),
        // Of a metadata service, the grant names exactly this address: it cannot be meant otherwise.
        AddressKind::Loopback | AddressKind::Private | AddressKind::LinkLocal | AddressKind::Metadata
            if allows_private =>
        {
            Ok(())
        }
        kind @ AddressKind::Reserved => Err(format!("{address} is a {kind} address, which is no host")),
        kind => Err(format!("{address} is a {kind} address; {}", private_advice(target))),
    }
}

fn private_advice(target: &Target) -> String {
    format!("to allow it, write {{ url = \"{target}\", private = true }} in `http` under [permissions]")
}

impl fmt::Display for HttpGrant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, prefix) =
            (self.scheme.as_str(), if matches!(self.host, HostPattern::Below(_)) { "*." } else { "" });
        write!(formatter, "{scheme}://{prefix}")?;
        match &self.host {
            HostPattern::Exact(host) => write!(formatter, "{host}")?,
            HostPattern::Below(domain) => formatter.write_str(domain)?,
        }
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Where a request goes, in the one spelling that rules are written for: the URL standard turns every spelling of an
/// IPv4 address into the address, and names into lower-case ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    scheme: Scheme,
    host: Host,
    port: u16,
}

impl Target {
    /// The target of a URL, or why there is none.
    pub(crate) fn of(url: &Url) -> Result<Self, String> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            other => return Err(format!("the scheme `{other}` is neither http nor https")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a user name or password in a URL is not allowed".to_owned());
        }
        let host = match url.host() {
            // `example.com.` is `example.com` without the search list, and no rule should need both.
            Some(Host::Domain(domain)) => match domain.strip_suffix('.').unwrap_or(domain) {
                "" => return Err("the host is empty".to_owned()),
                domain => Host::Domain(domain.to_owned()),
            },
            Some(Host::Ipv4(address)) => Host::Ipv4(address),
            // An IPv4 address in IPv6 clothes is that address.
            Some(Host::Ipv6(address)) => address.to_ipv4_mapped().map_or(Host::Ipv6(address), Host::Ipv4),
            None => return Err("there is no host".to_owned()),
        };
        let port = url.port().unwrap_or_else(|| scheme.default_port());
        if port == 0 {
            return Err("port 0 is no port".to_owned());
        }
        Ok(Self { scheme, host, port })
    }

    /// The address, where the host is one: the resolver is never asked then.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// Whether the host is written as this machine or as an address of one's own network.
    pub(crate) fn is_local(&self) -> bool {
        match &self.host {
            Host::Domain(domain) => domain == "localhost",
            Host::Ipv4(address) => !matches!(kind_of((*address).into()), AddressKind::Public),
            Host::Ipv6(address) => !matches!(kind_of((*address).into()), AddressKind::Public),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

/// The grants under which a request may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admission<'g>(Vec<&'g HttpGrant>);

impl<'g> Admission<'g> {
    /// What the operator adds to the request; where grants differ, that for the very host comes last, so that it counts.
    pub(crate) fn secret_headers(&self) -> impl Iterator<Item = &'g (HeaderName, SecretSource)> {
        self.0.iter().flat_map(|grant| &grant.headers)
    }

    pub(crate) fn allows_private(&self) -> bool {
        self.0.iter().any(|grant| grant.allows_private)
    }
}

/// The grants under which a request may be sent, or why it may not: which rule, and how to grant it.
pub(crate) fn admit<'g>(grants: &'g [HttpGrant], method: &Method, target: &Target) -> Result<Admission<'g>, String> {
    let covering: Vec<_> = grants.iter().filter(|grant| grant.covers(target)).collect();
    if covering.is_empty() {
        let granted = match grants {
            [] => "no HTTP is granted to this plugin".to_owned(),
            grants => {
                let list: Vec<_> = grants.iter().map(ToString::to_string).collect();
                format!("granted are {}", list.join(", "))
            }
        };
        return Err(format!(
            "{target} is not granted ({granted}); to grant it, add \"{target}\" to `http` under [permissions]"
        ));
    }
    let mut admitting: Vec<_> = covering.iter().copied().filter(|grant| grant.methods.contains(method)).collect();
    if admitting.is_empty() {
        let allowed: Vec<_> = covering.iter().flat_map(|grant| &grant.methods).map(Method::as_str).collect();
        let mut wanted = allowed.clone();
        wanted.push(method.as_str());
        return Err(format!(
            "the method {method} is not granted for {target} (granted are {}); to grant it, write {{ url = \"{target}\", \
             methods = {wanted:?} }} in `http` under [permissions]",
            allowed.join(", ")
        ));
    }
    admitting.sort_by_key(|grant| matches!(grant.host, HostPattern::Exact(_)));
    let admission = Admission(admitting);
    check_address(target, admission.allows_private())?;
    Ok(admission)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, String> {
        Target::of(&Url::parse(url).map_err(|error| error.to_string())?)
    }

    fn check(grants: &[&str], method: &Method, url: &str) -> Result<(), String> {
        let grants: Vec<_> = grants.iter().map(|text| HttpGrant::parse(text).unwrap()).collect();
        admit(&grants, method, &target(url)?).map(drop)
    }

    #[test]
    fn without_grants_nothing_is_allowed_and_the_way_out_is_said() {
        let refusal = check(&[], &Method::GET, "https://example.com/a").unwrap_err();
        assert_eq!(
            refusal,
            "https://example.com is not granted (no HTTP is granted to this plugin); to grant it, add \
             \"https://example.com\" to `http` under [permissions]"
        );
    }

    #[test]
    fn scheme_host_port_and_method_must_fit() {
        let grants = ["https://api.example.com"];
        assert_eq!(check(&grants, &Method::POST, "https://API.example.com:443/v1?q"), Ok(()));
        assert_eq!(check(&grants, &Method::POST, "https://api.example.com./v1"), Ok(()));
        for url in [
            "http://api.example.com",
            "https://api.example.com:8443",
            "https://example.com",
            "https://api.example.com.evil.org",
            "https://xapi.example.com",
        ] {
            assert!(check(&grants, &Method::GET, url).is_err(), "{url}");
        }
        let refusal = check(&grants, &Method::DELETE, "https://api.example.com").unwrap_err();
        assert!(refusal.contains(r#"methods = ["GET", "HEAD", "POST", "DELETE"]"#), "{refusal}");
    }

    #[test]
    fn a_star_stands_for_subdomains_and_not_for_the_domain() {
        let grants = ["https://*.example.com"];
        assert_eq!(check(&grants, &Method::GET, "https://a.b.example.com"), Ok(()));
        for url in ["https://example.com", "https://notexample.com", "https://.example.com"] {
            assert!(check(&grants, &Method::GET, url).is_err(), "{url}");
        }
    }

    #[test]
    fn names_are_compared_as_the_network_sees_them() {
        assert_eq!(check(&["https://bücher.example"], &Method::GET, "https://xn--bcher-kva.example"), Ok(()));
        assert!(check(&["https://127.0.0.1"], &Method::GET, "https://a.example").is_err());
    }

    #[test]
    fn addresses_are_refused_in_every_spelling() {
        for url in [
            "http://127.0.0.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://127.1",
            "http://0x7f.1",
            "http://127.0.0.1.",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:7f00:1]",
            "http://[0:0:0:0:0:ffff:127.0.0.1]",
            "http://１２７.０.０.１",
            "http://127。0。0。1",
            "http://10.0.0.1",
            "http://192.168.1.1",
            "http://172.16.0.1",
            "http://169.254.169.254",
            "http://2852039166",
            "http://0xa9fea9fe",
            "http://[fe80::1]",
            "http://[fd00:ec2::254]",
            "http://0.0.0.0",
            "http://0",
            "http://[::]",
        ] {
            // The same host is granted, but not its address: the second check holds by itself.
            let granted = target(url).unwrap().to_string();
            let refusal = check(&[&granted], &Method::GET, url).unwrap_err();
            assert!(refusal.contains("address"), "{url}: {refusal}");
            assert!(check(&["http://example.com"], &Method::GET, url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_private_address_can_be_granted() {
        let grant = HttpGrant::parse("http://127.0.0.1:8000").unwrap().private();
        let target = target("http://localhost:8000").unwrap();
        assert!(admit(std::slice::from_ref(&grant), &Method::POST, &target).is_err());
        let target = super::tests::target("http://0x7f.1:8000/predict").unwrap();
        assert!(admit(&[grant], &Method::POST, &target).is_ok());
    }

    #[test]
    fn odd_urls_have_no_target() {
        for url in ["ftp://example.com", "http://user@example.com", "http://user:pass@example.com", "http://a:0"] {
            assert!(target(url).is_err(), "{url}");
        }
    }

    #[test]
    fn grants_that_say_too_much_or_too_little_are_refused() {
        for text in [
            "example.com",
            "https://",
            "https://*",
            "https://*.com",
            "https://a.*.com",
            "https://example.com/path",
            "https://example.com?q",
            "ftp://example.com",
            "https://user@example.com",
            "https://*.127.0.0.1",
        ] {
            assert!(HttpGrant::parse(text).is_err(), "{text}");
        }
        assert_eq!(HttpGrant::parse("https://*.Example.com:443/").unwrap().to_string(), "https://*.example.com");
    }
}
