use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What is wrong with a server's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenTls {
    /// The certificate is for another host.
    WrongHost,
    /// The certificate's time is over.
    Expired,
    /// The certificate was signed by a CA that nobody was told of.
    UnknownCa,
    /// The port speaks plain HTTP.
    PlainText,
}

/// How a server does TLS: its key, its certificate, and the CA that a client must trust to reach it.
#[derive(Clone)]
pub(crate) struct Tls {
    /// `None` when the port speaks plain text all the same.
    acceptor: Option<TlsAcceptor>,
    ca_pem: String,
}

impl Tls {
    /// Certificates for `hosts`, names or addresses, signed by a CA made for the occasion.
    pub(crate) fn for_hosts(hosts: &[String], fault: Option<BrokenTls>) -> Result<Self> {
        let announced = authority("Scorebox fake CA")?;
        let ca_pem = announced.certificate.pem();
        if fault == Some(BrokenTls::PlainText) {
            return Ok(Self { acceptor: None, ca_pem });
        }
        let is_unknown = fault == Some(BrokenTls::UnknownCa);
        let signer = if is_unknown { authority("A CA that nobody knows")? } else { announced };
        let names = if fault == Some(BrokenTls::WrongHost) { vec!["other.invalid".to_owned()] } else { hosts.to_vec() };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "Scorebox fake");
        params.use_authority_key_identifier_extension = true;
        if fault == Some(BrokenTls::Expired) {
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &signer.issuer)?;
        let config = server_config(certificate.der().clone(), &key)?;
        Ok(Self { acceptor: Some(TlsAcceptor::from(Arc::new(config))), ca_pem })
    }

    /// What turns a connection into a TLS connection.
    pub(crate) fn acceptor(&self) -> Option<TlsAcceptor> {
        self.acceptor.clone()
    }

    /// The CA that a client is told to trust, in PEM.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }
}

struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> Result<Authority> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok(Authority { certificate, issuer: Issuer::new(params, key) })
}

fn server_config(certificate: CertificateDer<'static>, key: &KeyPair) -> Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
