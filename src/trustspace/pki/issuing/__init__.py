"""Issuing certificates, CRLs and OCSP responses with any key that the registry knows.

Pure: the serial number, the times and the entropy are handed in, the DER comes back. Used by the demo's
authorities, by a node's own services and by the tests' PKI builder.
"""

from trustspace.pki.issuing.certificate import CertificateTemplate, Issuer, issue_certificate
from trustspace.pki.issuing.crl import DistributionPointScope, RevokedEntry, issue_crl
from trustspace.pki.issuing.names import distinguished_name
from trustspace.pki.issuing.ocsp import SingleStatus, certificate_id, issue_ocsp

__all__ = [
    "CertificateTemplate",
    "DistributionPointScope",
    "Issuer",
    "RevokedEntry",
    "SingleStatus",
    "certificate_id",
    "distinguished_name",
    "issue_certificate",
    "issue_crl",
    "issue_ocsp",
]
