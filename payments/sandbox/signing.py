"""Signatures of VNPAY 2.1.0, from the gateway's side of the wire.

HMAC-SHA512 in lower-case hexadecimal, over the encoded query (redirects, notices) or over values
joined with ``|`` (the transaction API). Sources: docs/sandbox.md.
"""

import hashlib
import hmac
from urllib.parse import quote_plus, unquote_to_bytes

HASH_KEYS = (b"vnp_SecureHash", b"vnp_SecureHashType")
_WHATWG_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._")


class Unreadable(Exception):
    """A query that cannot be read in one way only. ``field`` names the parameter."""

    def __init__(self, field: str = ""):
        self.field = field
        super().__init__(field)


def parameters(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Keys and values of a query, still encoded, in the order received.

    Raises ``Unreadable`` for a repeated key, also one repeated in another spelling.
    """
    pairs, seen = [], set()
    for part in raw.split(b"&"):
        if not part:
            continue
        key, _, value = part.partition(b"=")
        name = _decoded(key)
        if name in seen:
            raise Unreadable(name.decode("ascii", "replace"))
        seen.add(name)
        pairs.append((key, value))
    return pairs


def values(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Decoded parameters. Raises ``Unreadable`` for what is not UTF-8, but for the hash: whatever
    it is, ``fits`` judges it.
    """
    try:
        return {
            _decoded(key).decode(): _decoded(value).decode(
                errors="replace" if key in HASH_KEYS else "strict"
            )
            for key, value in pairs
        }
    except UnicodeDecodeError as problem:
        raise Unreadable from problem


def fits(pairs: list[tuple[bytes, bytes]], *, secret: str) -> bool:
    """Whether ``vnp_SecureHash`` was made with ``secret`` over the other parameters.

    Encoders disagree on ``~ * ! ' ( )``, and browsers re-encode what a merchant signed. So two
    readings count: the query exactly as received, and its WHATWG re-encoding. Never a decoded
    and differently re-encoded third one. Empty parameters are left out, as the protocol has it;
    merchants that sign them as they send them are understood as well.
    """
    given = [value for key, value in pairs if key == b"vnp_SecureHash"]
    if len(given) != 1:
        return False
    sent = sorted((key, value) for key, value in pairs if key not in HASH_KEYS)
    readings = []
    for signed in ([pair for pair in sent if pair[1]], sent):
        readings.append(b"&".join(key + b"=" + value for key, value in signed))
        readings.append(b"&".join(_whatwg(key) + b"=" + _whatwg(value) for key, value in signed))
    # All are always computed and compared as bytes: a str that is not ASCII would raise.
    matches = [hmac.compare_digest(given[0], mac(secret, text).encode()) for text in readings]
    return any(matches)


def signed_query(parameters: dict[str, str], *, secret: str) -> str:
    """The query of a notice or return address: sorted, encoded, signed; empty values left out."""
    query = "&".join(f"{k}={quote_plus(v)}" for k, v in sorted(parameters.items()) if v)
    return f"{query}&vnp_SecureHash={mac(secret, query.encode())}"


def joined(texts: list[str], *, secret: str) -> str:
    """The checksum of the transaction API: values in their fixed order, absent ones empty."""
    return mac(secret, "|".join(texts).encode("utf-8", "surrogatepass"))


def same(given: str, expected: str) -> bool:
    """Compare a received checksum in constant time; never raises."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def mac(secret: str, data: bytes) -> str:
    """HMAC-SHA512, lower-case hexadecimal."""
    return hmac.new(secret.encode(), data, hashlib.sha512).hexdigest()


def _decoded(encoded: bytes) -> bytes:
    return unquote_to_bytes(encoded.replace(b"+", b" "))


def _whatwg(encoded: bytes) -> bytes:
    return b"".join(
        b"+" if byte == 0x20 else bytes([byte]) if byte in _WHATWG_SAFE else b"%%%02X" % byte
        for byte in _decoded(encoded)
    )
