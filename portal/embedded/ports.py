"""The two addresses that people open: the portal and the payment sandbox."""

import os
from collections.abc import Mapping

from portal.embedded.errors import StartRefused

PORTAL_PORT, SANDBOX_PORT = 8000, 8100


def portal_port(environ: Mapping[str, str] = os.environ) -> int:
    """PORTAL_PORT, or 8000. Raises ``StartRefused`` for what is no port."""
    return _port(environ, "PORTAL_PORT", PORTAL_PORT)


def sandbox_port(environ: Mapping[str, str] = os.environ) -> int:
    """PORTAL_SANDBOX_PORT, or 8100. Raises ``StartRefused`` for what is no port."""
    return _port(environ, "PORTAL_SANDBOX_PORT", SANDBOX_PORT)


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name) or str(default)
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise StartRefused(f"{name} must be a port between 1 and 65535, not “{given}”.")
    return int(given)
