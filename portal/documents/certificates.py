"""The simulated certification authority and one signing certificate per agency.

Everything here says in its own names that it is a simulation. Keys lie encrypted in a folder that
the settings name; what does not exist yet is made when it is first asked for, once, whoever asks.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.sign import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

AUTHORITY_NAME = "Một Cửa – chứng thực mô phỏng"
SIMULATED = "Mô phỏng – không có giá trị pháp lý"
AUTHORITY_VALID = timedelta(days=20 * 365)
AGENCY_VALID = timedelta(days=5 * 365)
RENEW_BEFORE = timedelta(days=90)  # a certificate this near to its end is not signed with any more
CLOCKS_MAY_DIFFER = timedelta(days=1)
COMMON_NAME_BYTES = 64  # as the library counts it; Vietnamese letters take up to three each
ORGANISATION_LIMIT = 200  # characters
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def usable_at(self, moment: datetime) -> bool:
        return moment < self.certificate.not_valid_after_utc - RENEW_BEFORE

    def is_issued_by(self, issuer: "Identity") -> bool:
        try:
            self.certificate.verify_directly_issued_by(issuer.certificate)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class CertificateFolder:
    """The folder of the demo authority. Safe to use from several processes at once.

    Reading a key that another passphrase closed raises ``ValueError``.
    """

    path: Path
    passphrase: str

    def authority(self) -> Identity:
        """The authority that signs agency certificates; its certificate is the trust root."""
        return self._identity("authority", self._new_authority)

    def agency(self, code: str, name: str) -> Identity:
        """The signing certificate of one agency under its present name.

        A renamed agency gets a new certificate; the old ones stay in the folder.
        Raises ``ValueError`` for a code that is no agency code.
        """
        if not CODE.fullmatch(code):
            raise ValueError(f"not an agency code: {code!r}")
        named = hashlib.sha256(name.encode()).hexdigest()[:12]
        authority = self.authority()
        return self._identity(
            f"{code}_{named}", lambda: self._new_agency(authority, code, name), issuer=authority
        )

    def _identity(
        self, stem: str, make: Callable[[], Identity], *, issuer: Identity | None = None
    ) -> Identity:
        file = self.path / f"{stem}.pem"
        if (found := self._usable(file, issuer)) is not None:
            return found
        with self._locked(stem):
            if (found := self._usable(file, issuer)) is None:  # nobody was faster
                found = make()
                self._write(file, found)
            return found

    def _usable(self, file: Path, issuer: Identity | None) -> Identity | None:
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        identity = Identity(
            x509.load_pem_x509_certificate(content),
            serialization.load_pem_private_key(content, self.passphrase.encode()),
        )
        if issuer and not identity.is_issued_by(issuer):
            return None  # left over from an authority that is gone
        return identity if identity.usable_at(timezone.now()) else None

    @contextmanager
    def _locked(self, stem: str) -> Iterator[None]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / f".{stem}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, file: Path, identity: Identity) -> None:
        key = identity.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self.passphrase.encode()),
        )
        certificate = identity.certificate.public_bytes(serialization.Encoding.PEM)
        draft = file.with_suffix(".new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(certificate + key)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)  # readers see the whole file or none

    def _new_authority(self) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(AUTHORITY_NAME)
        builder = _builder(name, key, issuer=name, valid=AUTHORITY_VALID)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        return Identity(builder.sign(key, hashes.SHA256()), key)

    def _new_agency(self, authority: Identity, code: str, name: str) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name, serial=code)
        builder = _builder(subject, key, issuer=authority.certificate.subject, valid=AGENCY_VALID)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        builder = builder.add_extension(
            _usage(digital_signature=True, content_commitment=True), critical=True
        )
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
        return Identity(builder.sign(authority.key, hashes.SHA256()), key)


def agency_signer(agency_code: str, agency_name: str) -> SimpleSigner:
    """What signs in the name of one agency, from the folder that the settings name.

    Raises ``ValueError`` for a code that is no agency code.
    """
    folder = _folder()
    today = timezone.now().date()  # a new day looks again whether the certificate still serves
    return _signer(folder, agency_code, agency_name, today)


def trust_root() -> asn1_x509.Certificate:
    """The certificate that every signature of this portal must lead back to."""
    return _asn1(_folder().authority().certificate)


def _folder() -> CertificateFolder:
    return CertificateFolder(
        Path(settings.PORTAL_CERTIFICATES_DIR), settings.PORTAL_CERTIFICATES_PASSPHRASE
    )


@lru_cache(maxsize=256)
def _signer(folder, code, name, _day) -> SimpleSigner:
    identity = folder.agency(code, name)
    key = identity.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = SimpleCertificateStore()
    chain.register(_asn1(folder.authority().certificate))
    return SimpleSigner(
        signing_cert=_asn1(identity.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=chain,
        embed_roots=False,  # whoever verifies has the root, or has no reason to trust it
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _name(name: str, *, serial: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:ORGANISATION_LIMIT]),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SIMULATED),
        x509.NameAttribute(NameOID.COMMON_NAME, _cut(name, COMMON_NAME_BYTES)),
    ]
    if serial:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


def _cut(name: str, limit: int) -> str:
    """``name`` in at most ``limit`` bytes, between two letters."""
    if len(name.encode()) <= limit:
        return name
    return name.encode()[: limit - len("…".encode())].decode(errors="ignore") + "…"


def _builder(subject, key, *, issuer, valid) -> x509.CertificateBuilder:
    # Certificate validity is real time, never the portal clock.
    now = timezone.now().astimezone(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_MAY_DIFFER)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(**granted: bool) -> x509.KeyUsage:
    purposes = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{purpose: granted.get(purpose, False) for purpose in purposes})
