use std::error::Error as StdError;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{AddressKind, kind_of};

/// Asks for the addresses of a name. The system's resolver by default.
#[async_trait]
pub trait Lookup: Debug + Send + Sync {
    /// The addresses of a name, in the order of preference.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system, with its hosts file and search list.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Resolves names for a client, and lets only addresses through that it may dial. The client dials exactly what it gets
/// from here, so there is nothing between the check and the connection.
#[derive(Clone, Debug)]
pub(crate) struct CheckedResolver {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) allows_private: bool,
}

/// A name has only addresses that may not be dialled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is at {address}, a {kind} address")]
pub(crate) struct AddressRefused {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
    pub(crate) kind: AddressKind,
}

impl CheckedResolver {
    async fn addresses(self, name: String) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
        let found = self.lookup.lookup(&name).await?;
        let refused = found.iter().copied().find(|address| !self.may_dial(*address));
        let allowed: Vec<_> =
            found.into_iter().filter(|address| self.may_dial(*address)).map(|address| (address, 0).into()).collect();
        match refused {
            Some(address) if allowed.is_empty() => Err(AddressRefused { name, address, kind: kind_of(address) }.into()),
            _ if allowed.is_empty() => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
            _ => Ok(allowed),
        }
    }

    /// A metadata service is never reached by a name: a grant has to name its address.
    fn may_dial(&self, address: IpAddr) -> bool {
        match kind_of(address) {
            AddressKind::Public => true,
            AddressKind::Loopback | AddressKind::Private | AddressKind::LinkLocal => self.allows_private,
            AddressKind::Metadata | AddressKind::Reserved => false,
        }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(addresses.await?.into_iter()) as Addrs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(&'static [&'static str]);

    #[async_trait]
    impl Lookup for Fixed {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.iter().map(|address| address.parse().unwrap()).collect())
        }
    }

    async fn resolve(addresses: &'static [&'static str], allows_private: bool) -> Result<Vec<String>, String> {
        let resolver = CheckedResolver { lookup: Arc::new(Fixed(addresses)), allows_private };
        let found = resolver.addresses("name.example".to_owned()).await.map_err(|error| error.to_string())?;
        Ok(found.iter().map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn a_name_with_a_private_address_is_refused() {
        let refusal = resolve(&["10.0.0.7"], false).await.unwrap_err();
        assert_eq!(refusal, "name.example is at 10.0.0.7, a private address");
        assert_eq!(resolve(&["10.0.0.7"], true).await.unwrap(), ["10.0.0.7"]);
    }

    #[tokio::test]
    async fn among_several_addresses_only_the_allowed_ones_are_dialled() {
        assert_eq!(resolve(&["127.0.0.1", "1.1.1.1", "::ffff:10.0.0.1"], false).await.unwrap(), ["1.1.1.1"]);
    }

    #[tokio::test]
    async fn a_metadata_service_is_never_reached_by_name() {
        assert!(resolve(&["169.254.169.254"], true).await.unwrap_err().contains("cloud metadata"));
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_not_found() {
        assert_eq!(resolve(&[], false).await.unwrap_err(), "the name has no address");
    }
}
