"""The examples of ``/openapi.json``: a small contract and its detached signature, by a signer whom no
register knows. A test asks a node all of them; every node answers "undetermined for good".
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

CONTENT = "Договор № 17\n".encode()
"""What was signed."""

SIGNATURE = base64.b64decode(
    "MIIDIAYJKoZIhvcNAQcCoIIDETCCAw0CAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIIBlzCCAZMwggE4oAMCAQICAgPq"
    "MAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDEV4YW1wbGUgcm9vdDAeFw0yNTA2MDExMjAwMDBaFw0zNjA1MjkxMjAwMDBaMCsxEDAO"
    "BgNVBAoMB0V4YW1wbGUxFzAVBgNVBAMMDkV4YW1wbGUgc2lnbmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuMHUk2XioHS3"
    "Hn2vDKwrFccKkCfWEHtO9xpXLt5iIrqE0aQQurVLxn7bMr+ADTe/8gg931a5UcRRNanKtysQOKNgMF4wDAYDVR0TAQH/BAIwADAO"
    "BgNVHQ8BAf8EBAMCBsAwHQYDVR0OBBYEFP9CSOUZOqF8OUa7L853OCTpZENmMB8GA1UdIwQYMBaAFKUDmH70fCeFTt5at5FyaTeu"
    "+iOJMAoGCCqGSM49BAMCA0kAMEYCIQCzxm4MKhWhxJQWqnBGeApePVW6gC/FvcGC1wIGqsA60wIhAMekCErw+VS1cWgaiGDmfUfe"
    "7FDVaf7oGolbd5pivUExMYIBTzCCAUsCAQEwHTAXMRUwEwYDVQQDDAxFeGFtcGxlIHJvb3QCAgPqMAsGCWCGSAFlAwQCAaCBxTAY"
    "BgkqhkiG9w0BCQMxCwYJKoZIhvcNAQcBMBwGCSqGSIb3DQEJBTEPFw0yNjA2MDExMTU1MDBaMC8GCSqGSIb3DQEJBDEiBCAltvd7"
    "VMjYU6+KmRjVmsk8CAaP4F3RzZb6HMm00yvT0DBaBgsqhkiG9w0BCRACLzFLMEkwRzBFBCB2mMN8tlyl3XHmiPRWeqROdZ3ffmAe"
    "HKv9MbGOnC5mdTAhMBukGTAXMRUwEwYDVQQDDAxFeGFtcGxlIHJvb3QCAgPqMAoGCCqGSM49BAMCBEYwRAIgAjBoDvD34P9CE50L"
    "tME0Zj90gif+YB9JMxnsjgSB8OsCIBZ7/k4MQ8n++MzBbuwVt5gFd36gK9l0173g0jtyffXT"
)
"""CAdES-B over :data:`CONTENT`, ECDSA on P-256 with SHA-256."""

DIGEST_ONLY: dict[str, Any] = {
    "document": base64.b64encode(SIGNATURE).decode("ascii"),
    "digests": {"SHA-256": hashlib.sha256(CONTENT).hexdigest()},
    "transaction": "urn:uuid:6f4c1a52-6a0e-4a0b-9a55-0d6d2b0f6f17",
}
WITH_CONTENT: dict[str, Any] = {
    "document": base64.b64encode(SIGNATURE).decode("ascii"),
    "content": base64.b64encode(CONTENT).decode("ascii"),
    "transaction": "urn:uuid:1b9d7c0e-52a3-4c1d-8c36-7f0a7f6f2c18",
    "kind": "contract",
}
INVALID: dict[str, Any] = {"document": "not base64"}
PROBLEM: dict[str, Any] = {
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
    "detail": "The request's field document cannot be used: not base64 (RFC 4648 §4).",
    "code": "VALIDATION_REQUEST_INVALID",
    "parameters": {"field": "document", "reason": "not base64 (RFC 4648 §4)"},
    "message": "The request's field document cannot be used: not base64 (RFC 4648 §4).",
    "remedy": "Correct it; /openapi.json describes every field and has examples.",
}
