"""Printed forms: data in, PDF/A-2b out, typeset by Typst from ``templates/documents/*.typ``.

The data reach the template as one JSON string that it parses; they are never Typst source, so
nothing that a person types can be read as markup. The same data give the same bytes.
"""

import json
import re
import threading
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from portal.documents.amounts import dong, dong_in_words
from portal.documents.qr import qr_svg

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "documents"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PDF_STANDARD = "a-2b"

# What every form prints: the head, the dossier, the address that the QR code leads to.
COMMON = {
    "agency",  # who issues it; "parent_agency" may stand above
    "place",  # of “Đà Nẵng, ngày 22 tháng 9 năm 2022”
    "issued_at",  # aware datetime, portal clock: the date on the document
    "code",  # of the dossier
    "service",
    "applicant",  # {"name", "id_number", "address", "phone", "email"}: empty ones are left out
    "verify_url",
}
# A paper asked for or handed in: {"name", …}; see each template's opening comment for the rest.
FORMS = {
    "filing_receipt": {"receiving_unit", "channel", "papers", "answers_sha256", "expected_at"},
    "form01": {
        "number",
        "receiving_unit",
        "papers",
        "time_limit",
        "received_at",
        "due_at",
        "return_channel",
        "receiver",
    },
    "form02": {"number", "receiving_unit", "items", "deadline", "contact", "officer"},
    "form03": {"number", "receiving_unit", "reason", "contact", "officer"},
    "result": {"number", "title", "legal_basis", "statements", "signatory"},
    "payment_receipt": {"number", "payer", "lines", "method", "gateway_number", "paid_at"},
}

# The form of a service to be filled in by hand: it belongs to no dossier.
SERVICE_FORM = {
    "issued_at",
    "code",  # of the service
    "service",
    "service_en",
    "pages",  # as portal.catalogue.blanks draws them
    "papers",  # {"name", "form", "required", "originals", "copies"}
    "sample",  # whether the answers are made up
    "verify_url",  # of the page about the service
}

# What the embedded fonts can draw; PDF/A refuses a text with a character that they cannot.
DRAWABLE = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u024f\u0300-\u036f\u03a3-\u03ff\u0400-\u0482\u048a-\u04ff"
    "\u1e00-\u1eff\u2010-\u2027\u2030-\u2040\u2044-\u2052\u20a0-\u20bf\u2190-\u22ff\u2500-\u25ff]"
)
NO_GLYPH = "□"

_workbench = threading.local()


def typeset(name: str, data: Mapping[str, object]) -> bytes:
    """The form ``name`` filled in with ``data``: a tagged A4 PDF/A-2b in Vietnamese.

    Dates and aware datetimes are written the Vietnamese way. Keys are those of :data:`COMMON` and
    :data:`FORMS`; templates name the optional ones. Sums are integers of VND.

    Raises ``LookupError`` for an unknown form, ``ValueError`` naming the keys that are missing.
    """
    if name not in FORMS:
        raise LookupError(f"no printed form is called {name!r}")
    more = _sums(data["lines"]) if name == "payment_receipt" and "lines" in data else {}
    return _compiled(name, data, COMMON | FORMS[name], **more)


def typeset_service_form(data: Mapping[str, object]) -> bytes:
    """The form of a service with lines and boxes to write on, as :func:`typeset` makes the others.

    Raises ``ValueError`` naming the keys of :data:`SERVICE_FORM` that are missing.
    """
    return _compiled("service_form", data, SERVICE_FORM)


def _compiled(name, data, needed, **more) -> bytes:
    if missing := sorted(needed - data.keys()):
        raise ValueError(f"{name} needs {', '.join(missing)}")
    issued_at = data["issued_at"]
    if not isinstance(issued_at, datetime) or issued_at.utcoffset() is None:
        raise ValueError("issued_at is an aware datetime")
    printed = _printable(dict(data))
    printed["issued_on"] = _long_date(issued_at)
    printed["qr"] = qr_svg(str(data["verify_url"]))
    printed |= more
    return _compiler().compile(
        input=str(TEMPLATES / f"{name}.typ"),
        format="pdf",
        sys_inputs={"data": json.dumps(printed)},
        pdf_standards=[PDF_STANDARD],
        timestamp=int(issued_at.timestamp()),
    )


def _compiler() -> typst.Compiler:
    # One per thread: a compiler is not to be shared while it works. Only embedded fonts, so that
    # every machine draws the same page.
    if not hasattr(_workbench, "compiler"):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        _workbench.compiler = typst.Compiler(root=str(TEMPLATES), font_paths=fonts)
    return _workbench.compiler


def _printable(value):
    """``value`` as JSON can hold it and the fonts can draw it."""
    if isinstance(value, Mapping):
        return {str(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    if isinstance(value, datetime):
        local = value.astimezone(ZONE)
        return f"{local:%H:%M} ngày {local:%d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return _drawable(str(value))


def _drawable(text: str) -> str:
    lines = unicodedata.normalize("NFC", text).splitlines()
    return "\n".join("".join(map(_glyph, line)) for line in lines)


def _glyph(character: str) -> str:
    if DRAWABLE.fullmatch(character):
        return character
    # Invisible signs could turn the reading direction or hide words: they are not printed.
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category == "Cf" else NO_GLYPH


def _long_date(instant: datetime) -> str:
    local = instant.astimezone(ZONE)
    # Official papers write a zero before days below 10 and months below 3, against additions.
    month = f"{local.month:02}" if local.month < 3 else str(local.month)
    return f"ngày {local.day:02} tháng {month} năm {local.year}"


def _sums(lines) -> dict[str, object]:
    total = sum(line["amount_vnd"] for line in lines)
    return {
        "lines": [
            {"name": _drawable(str(line["name"])), "amount": dong(line["amount_vnd"])}
            for line in lines
        ],
        "total": dong(total),
        "total_in_words": dong_in_words(total),
    }
