"""Files that citizens upload in the story."""

from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw


def pdf(path: Path, *, pages: int = 1) -> Path:
    """A real PDF of blank A4 pages."""
    with pikepdf.new() as document:
        for _number in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(path)
    return path


def photograph(path: Path) -> Path:
    """A JPEG such as a telephone takes of a card."""
    picture = Image.new("RGB", (800, 500), "#d8e2dc")
    ImageDraw.Draw(picture).rectangle((40, 40, 760, 460), outline="#33415c", width=6)
    content = BytesIO()
    picture.save(content, "JPEG", quality=70)
    path.write_bytes(content.getvalue())
    return path
