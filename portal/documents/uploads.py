"""Looking into an uploaded file before anything keeps it.

The content decides what a file is, never its name or what the browser said. A real parser reads
it; what is encrypted, damaged, or acts by itself is refused with a sentence.
"""

import hashlib
import re
import threading
import unicodedata
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

import pikepdf
from django.utils.translation import gettext_lazy as _
from PIL import JpegImagePlugin, PngImagePlugin

from portal.documents.errors import (
    FileDamaged,
    FileIsEmpty,
    FileTooLarge,
    FileTypeRefused,
    PdfActive,
    PdfLocked,
    PdfTooComplex,
    PictureTooLarge,
)

MEGABYTE = 1024 * 1024
NAME_LIMIT = 120  # characters
SIGNATURES = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
EXTENSIONS = {"pdf": (".pdf",), "jpeg": (".jpg", ".jpeg"), "png": (".png",)}
RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)

MILLION_PIXELS = 60  # a page scanned at 600 dpi has 35 million, a phone's photograph up to 50
PAGES = 500
OBJECTS = 200_000
INFLATED_BYTES = 64 * MEGABYTE  # of one stream that must be unpacked to read the structure

# qpdf limits hold for the whole process; nothing else in the portal opens PDFs with it.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=INFLATED_BYTES,
    png_max_memory=INFLATED_BYTES,
    run_length_max_memory=INFLATED_BYTES,
    tiff_max_memory=INFLATED_BYTES,
    max_stream_filters=4,
    doc_max_warnings=200,
)

# What a PDF may not hold: the value of /S of an action, or a key, and how we call it to people.
ACTIVE_ACTIONS = {
    "/JavaScript": _("a script"),
    "/Launch": _("a command that starts programs"),
    "/SubmitForm": _("a form that sends data away"),
    "/ImportData": _("a form that fetches data"),
    "/GoToR": _("a jump into another file"),
    "/GoToE": _("a jump into an attached file"),
    "/Rendition": _("sound or film"),
    "/Movie": _("sound or film"),
    "/Sound": _("sound or film"),
    "/RichMediaExecute": _("sound or film"),
}
STARTS_BY_ITSELF = _("an action that starts by itself")
# The key, the types that its value has where it means this, and not the name of a font or picture.
ACTIVE_KEYS = {
    "/JS": ((pikepdf.String, pikepdf.Stream), _("a script")),
    "/JavaScript": ((pikepdf.Dictionary,), _("a script")),
    "/EmbeddedFiles": ((pikepdf.Dictionary,), _("attached files")),
    "/EF": ((pikepdf.Dictionary,), _("attached files")),
    "/XFA": ((pikepdf.Array, pikepdf.Stream), _("a form that only some programs can show")),
    "/RichMediaContent": ((pikepdf.Dictionary,), _("sound or film")),
    "/AA": ((pikepdf.Dictionary,), STARTS_BY_ITSELF),
}
END_OF_FILE_WITHIN = 2048  # bytes from the end, where readers look for it

# One file at a time: it bounds the memory, and qpdf counts broken limits for the whole process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class CheckedUpload:
    """A file found harmless, as far as its form goes."""

    kind: str  # "pdf", "jpeg" or "png"
    name: str  # what the person called it, made safe to show and to download as
    size: int  # bytes
    sha256: str
    content: bytes = field(repr=False)
    pages: int | None = None  # of a PDF
    width: int | None = None  # of a picture, in pixels
    height: int | None = None


def check_upload(file: bytes | BinaryIO, *, name: str, max_bytes: int) -> CheckedUpload:
    """Read ``file`` and say what it is.

    Raises a refusal of :mod:`portal.documents.errors`, each with a sentence for the sender.
    """
    shown = clean_name(name)
    content = file[: max_bytes + 1] if isinstance(file, bytes) else file.read(max_bytes + 1)
    if not content:
        raise FileIsEmpty(name=shown)
    if len(content) > max_bytes:
        raise FileTooLarge(name=shown, limit=max(1, max_bytes // MEGABYTE))
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if kind is None:
        raise FileTypeRefused(name=shown)
    if kind == "pdf":
        measures = {"pages": _inspect_pdf(content, shown)}
    else:
        width, height = _inspect_picture(content, kind, shown)
        measures = {"width": width, "height": height}
    return CheckedUpload(
        kind=kind,
        name=named_as(shown, kind),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        **measures,
    )


def clean_name(name: str) -> str:
    """``name`` without folders, invisible or forbidden signs; never empty, never too long."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split()).strip(" .")
    if len(name) > NAME_LIMIT:
        stem, dot, extension = name.rpartition(".")
        ending = f"{dot}{extension}" if stem and len(extension) <= 5 else ""
        name = name[: NAME_LIMIT - len(ending)].rstrip(" .") + ending
    if RESERVED_ON_WINDOWS.match(name):
        name = f"_{name}"
    return name or "file"


def named_as(name: str, kind: str) -> str:
    """``name`` with an extension that tells the truth about its content."""
    if name.lower().endswith(EXTENSIONS[kind]):
        return name
    return name + EXTENSIONS[kind][0]


def _inspect_picture(content: bytes, kind: str, shown: str) -> tuple[int, int]:
    # The plugin itself, so that no other of Pillow's fifty formats is ever tried.
    opened = PngImagePlugin.PngImageFile if kind == "png" else JpegImagePlugin.jpeg_factory
    try:
        picture = opened(BytesIO(content))
        width, height = picture.size
    except Exception:  # parsers of damaged pictures fail in many ways; all mean the same
        raise FileDamaged(name=shown)
    if width * height > MILLION_PIXELS * 10**6:
        raise PictureTooLarge(name=shown, width=width, height=height, limit=MILLION_PIXELS)
    try:
        with _one_at_a_time:
            if kind == "png":
                picture.verify()  # checksums of all chunks, nothing unpacked
            else:
                # Decode small, but to the end.
                picture.draft(None, (max(width // 8, 1), max(height // 8, 1)))
                picture.load()
    except Exception:  # as above
        raise FileDamaged(name=shown)
    return width, height


def _inspect_pdf(content: bytes, shown: str) -> int:
    if b"%%EOF" not in content[-END_OF_FILE_WITHIN:]:
        raise FileDamaged(name=shown)
    with _one_at_a_time:
        limits_broken = pikepdf.settings.qpdf_limit_errors()
        try:
            with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
                pages = _harmless_pages(pdf, shown)
        except pikepdf.PasswordError:
            raise PdfLocked(name=shown)
        except (pikepdf.PdfError, RuntimeError, ValueError, OverflowError):
            raise FileDamaged(name=shown)
        if pikepdf.settings.qpdf_limit_errors() > limits_broken:
            raise PdfTooComplex(name=shown)
        return pages


def _harmless_pages(pdf: pikepdf.Pdf, shown: str) -> int:
    if pdf.is_encrypted:
        raise PdfLocked(name=shown)
    pages = len(pdf.pages)
    if pages == 0:
        raise FileDamaged(name=shown)
    if pages > PAGES or len(pdf.objects) > OBJECTS:
        raise PdfTooComplex(name=shown)
    opening = pdf.Root.get("/OpenAction")
    # A destination (“open at page 1”) is no action, and neither is going to one.
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        raise PdfActive(
            name=shown, found=ACTIVE_ACTIONS.get(str(opening.get("/S")), STARTS_BY_ITSELF)
        )
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and "/First" in thing and "/N" in thing:
            _unpack(thing, shown)
        if found := _active_content(thing):
            raise PdfActive(name=shown, found=found)
    return pages


def _unpack(object_stream: pikepdf.Object, shown: str) -> None:
    """Refuse a stream of objects that qpdf gave up on: another program may read what we cannot."""
    try:
        object_stream.read_bytes()
    except pikepdf.PdfError:
        raise PdfTooComplex(name=shown)


def _active_content(thing: pikepdf.Object):
    """What in ``thing`` or the direct objects inside it is active, or ``None``."""
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            values = list(thing)
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for key, value in thing.items():
                if found := _active_entry(key, value):
                    return found
            values = list(thing.values())
        else:
            continue
        # Indirect objects have their own turn; following them here could run in a circle.
        waiting += [v for v in values if isinstance(v, pikepdf.Object) and not v.is_indirect]
    return None


def _active_entry(key: str, value: object):
    types, found = ACTIVE_KEYS.get(key, ((), None))
    if isinstance(value, types) and _holds_something(value):
        return found
    if key == "/S" and isinstance(value, pikepdf.Name):
        return ACTIVE_ACTIONS.get(str(value))
    return None


def _holds_something(value: pikepdf.Object) -> bool:
    return bool(len(value)) if isinstance(value, pikepdf.Dictionary | pikepdf.Array) else True
