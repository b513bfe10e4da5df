//! Which addresses a guest may be let to. The ranges are those of IANA's special-purpose address registries
//! (RFC 6890 and its updates), and the well-known addresses of cloud metadata services.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;

/// What an address stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressKind {
    /// A host on the public internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own.
    Private,
    /// The same cable.
    LinkLocal,
    /// Where clouds hand out credentials.
    Metadata,
    /// No host at all: unspecified, multicast, documentation, reserved, or a way around these rules.
    Reserved,
}

impl fmt::Display for AddressKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Reserved => "reserved",
        })
    }
}

const METADATA: [IpAddr; 9] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), // AWS, Azure, Google Cloud, and others
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),   // AWS containers
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),  // AWS Kubernetes
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),   // Azure's platform
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), // Alibaba Cloud
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),     // Oracle Cloud
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)), // AWS
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23)), // AWS Kubernetes
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254)), // Google Cloud
];

/// Ranges that are not public, the more specific ones first.
const RANGES: &[(&str, AddressKind)] = &[
    ("127.0.0.0/8", AddressKind::Loopback),
    ("10.0.0.0/8", AddressKind::Private),
    ("172.16.0.0/12", AddressKind::Private),
    ("192.168.0.0/16", AddressKind::Private),
    ("100.64.0.0/10", AddressKind::Private), // shared by customers of a carrier
    ("169.254.0.0/16", AddressKind::LinkLocal),
    ("0.0.0.0/8", AddressKind::Reserved),
    ("192.0.0.0/24", AddressKind::Reserved),
    ("192.0.2.0/24", AddressKind::Reserved),
    ("192.88.99.0/24", AddressKind::Reserved),
    ("198.18.0.0/15", AddressKind::Reserved),
    ("198.51.100.0/24", AddressKind::Reserved),
    ("203.0.113.0/24", AddressKind::Reserved),
    ("224.0.0.0/3", AddressKind::Reserved), // multicast, reserved, broadcast
    ("::1/128", AddressKind::Loopback),
    ("fc00::/7", AddressKind::Private),
    ("fec0::/10", AddressKind::Private), // site-local, withdrawn
    ("fe80::/10", AddressKind::LinkLocal),
    ("64:ff9b:1::/48", AddressKind::Private), // translation within one's own network
    ("100::/64", AddressKind::Reserved),
    ("2001::/23", AddressKind::Reserved), // protocols, Teredo among them, which reaches IPv4 hosts
    ("2001:db8::/32", AddressKind::Reserved),
    ("2002::/16", AddressKind::Reserved), // 6to4 reaches IPv4 hosts
    ("3fff::/20", AddressKind::Reserved),
    ("5f00::/16", AddressKind::Reserved),
    ("ff00::/8", AddressKind::Reserved),
];

/// What an address stands for. IPv6 forms of IPv4 addresses stand for what the IPv4 address does.
pub(crate) fn kind_of(address: IpAddr) -> AddressKind {
    let address = match address {
        IpAddr::V6(v6) => embedded(v6).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    if METADATA.contains(&address) {
        return AddressKind::Metadata;
    }
    static NETS: LazyLock<Vec<(IpNet, AddressKind)>> =
        LazyLock::new(|| RANGES.iter().filter_map(|(range, kind)| Some((range.parse().ok()?, *kind))).collect());
    if let Some((_, kind)) = NETS.iter().find(|(net, _)| net.contains(&address)) {
        return *kind;
    }
    // Of IPv6, only 2000::/3 is given out to hosts.
    match address {
        IpAddr::V6(v6) if v6.segments()[0] & 0xe000 != 0x2000 => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

/// The IPv4 address in an IPv4-mapped, IPv4-compatible or translated (RFC 6052) IPv6 address.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let is_mapped = [a, b, c, d, e] == [0; 5] && f == 0xffff;
    let is_compatible = [a, b, c, d, e, f] == [0; 6] && (high, low) != (0, 0) && (high, low) != (0, 1);
    let is_translated = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    if !(is_mapped || is_compatible || is_translated) {
        return None;
    }
    let ([first, second], [third, fourth]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(first, second, third, fourth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(address: &str) -> AddressKind {
        kind_of(address.parse().unwrap())
    }

    #[test]
    fn every_range_is_well_formed() {
        assert!(RANGES.iter().all(|(range, _)| range.parse::<IpNet>().is_ok()));
    }

    #[test]
    fn addresses_are_what_the_registries_say() {
        for (address, expected) in [
            ("1.1.1.1", AddressKind::Public),
            ("2606:4700::1111", AddressKind::Public),
            ("127.0.0.1", AddressKind::Loopback),
            ("127.255.0.9", AddressKind::Loopback),
            ("::1", AddressKind::Loopback),
            ("10.1.2.3", AddressKind::Private),
            ("172.31.255.255", AddressKind::Private),
            ("172.32.0.1", AddressKind::Public),
            ("192.168.0.1", AddressKind::Private),
            ("100.127.0.1", AddressKind::Private),
            ("fd12::1", AddressKind::Private),
            ("169.254.1.1", AddressKind::LinkLocal),
            ("fe80::1", AddressKind::LinkLocal),
            ("169.254.169.254", AddressKind::Metadata),
            ("fd00:ec2::254", AddressKind::Metadata),
            ("168.63.129.16", AddressKind::Metadata),
            ("0.0.0.0", AddressKind::Reserved),
            ("::", AddressKind::Reserved),
            ("255.255.255.255", AddressKind::Reserved),
            ("224.0.0.1", AddressKind::Reserved),
            ("ff02::1", AddressKind::Reserved),
            ("2001::1", AddressKind::Reserved),
            ("2002:7f00:1::", AddressKind::Reserved),
            ("4000::1", AddressKind::Reserved),
        ] {
            assert_eq!(kind(address), expected, "{address}");
        }
    }

    #[test]
    fn ipv4_in_ipv6_is_looked_through() {
        assert_eq!(kind("::ffff:127.0.0.1"), AddressKind::Loopback);
        assert_eq!(kind("::ffff:169.254.169.254"), AddressKind::Metadata);
        assert_eq!(kind("::10.0.0.1"), AddressKind::Private);
        assert_eq!(kind("64:ff9b::a00:1"), AddressKind::Private);
        assert_eq!(kind("::ffff:8.8.8.8"), AddressKind::Public);
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_never_more_public_than_its_ipv4_form(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(kind_of(v4.to_ipv6_mapped().into()), kind_of(v4.into()));
        }

        #[test]
        fn private_ranges_are_never_public(host in 0_u32..0x00ff_ffff) {
            prop_assert_eq!(kind_of(Ipv4Addr::from_bits(0x0a00_0000 | host).into()), AddressKind::Private);
            prop_assert_ne!(kind_of(Ipv4Addr::from_bits(0x7f00_0000 | host).into()), AddressKind::Public);
        }
    }
}
