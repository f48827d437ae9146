"""Which certificates the tools of set-up trust: a proxy with its own authority is normal in a company, so the system's count."""

from __future__ import annotations

import os
import sys
from pathlib import Path

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/cert.pem",  # macOS, BSD
)


def with_system_certificates(environ: dict[str, str]) -> dict[str, str]:
    """Copy an environment so that uv, pip and npm trust what the system trusts; what the user has set stays."""
    trusting = dict(environ)
    bundle = next(
        (path for path in (environ.get("SSL_CERT_FILE", ""), *BUNDLES) if path and Path(path).is_file()), None
    )
    if bundle is not None:
        trusting.setdefault("PIP_CERT", bundle)
        trusting.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    if bundle is not None or sys.platform == "darwin":
        trusting.setdefault("UV_SYSTEM_CERTS", "true")
        trusting.setdefault("UV_NATIVE_TLS", "true")  # what uv called it before 0.11
    return trusting


ENVIRON = with_system_certificates(dict(os.environ))
"""The environment for every process that set-up starts."""
