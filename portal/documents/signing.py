"""Digital signatures in PDFs: PAdES-B, invisible, over the whole file."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

FIELD = "Signature1"
DIGEST = "sha256"
# Room for the signature as hex digits: two bytes of file for each of up to 4 kB, where the
# certificate of the longest-named agency takes about 2 kB. Measuring would mean signing twice.
CONTAINER_BYTES = 8192


@dataclass(frozen=True)
class Verification:
    """What a signature proves. ``valid`` is all of it together.

    ``intact``: what was signed is the whole file, and not a byte of it has changed.
    ``trusted``: the signer's certificate leads to the trust root and is valid now.
    """

    valid: bool
    intact: bool
    trusted: bool
    signer: str
    signed_at: datetime | None


UNPROVEN = Verification(valid=False, intact=False, trusted=False, signer="", signed_at=None)


class _DatedSigner(PdfSigner):
    """Signs under a date that is handed in, where pyHanko would read the machine's clock."""

    def __init__(self, *args, at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at

    def init_signing_session(self, pdf_out, existing_fields_only=False):
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def sign_pdf(
    pdf: bytes, *, signer: SimpleSigner, reason: str, location: str, at: datetime
) -> bytes:
    """``pdf`` with one invisible signature; its PDF/A marks stay.

    ``at`` is the date that the document bears (portal clock); whether the certificate is valid is
    a matter of real time. Raises ``ValueError`` when ``at`` has no time zone.
    """
    if at.utcoffset() is None:
        raise ValueError("the moment of signing needs a time zone")
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
        name=_organisation(signer.signing_cert),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    dated = _DatedSigner(meta, signer=signer, at=at)
    signed = dated.sign_pdf(writer, bytes_reserved=CONTAINER_BYTES)
    return signed.getvalue()


def verify_pdf(pdf: bytes, *, trust_root: x509.Certificate) -> Verification:
    """Check the one signature inside ``pdf`` against the one authority trusted. Never raises.

    A file without a signature, with a broken one, with several, or that is no PDF is not valid.
    """
    context = ValidationContext(trust_roots=[trust_root], allow_fetching=False)
    try:
        (signature,) = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        status = validate_pdf_signature(signature, context, skip_diff=True)
        signed_by = _organisation(status.signing_cert)
    except Exception:
        # A damaged file can fail anywhere in the parser: each failure means “not proven”.
        return UNPROVEN
    intact = (
        status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    )
    return Verification(
        valid=intact and status.trusted,
        intact=intact,
        trusted=status.trusted,
        signer=signed_by,
        signed_at=status.signer_reported_dt,
    )


def _organisation(certificate: x509.Certificate) -> str:
    """The full name of the agency; the common name may be cut short."""
    return certificate.subject.native.get("organization_name", "")
