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
    """A JPEG such as a telephone takes of a card on a table."""
    picture = Image.new("RGB", (800, 500), "#7d6b5d")
    card = ImageDraw.Draw(picture)
    card.rounded_rectangle((60, 50, 740, 450), 24, fill="#e3ede8", outline="#9fb8ad", width=3)
    card.rounded_rectangle((100, 150, 270, 380), 12, fill="#b9cec5")
    card.ellipse((150, 185, 220, 260), fill="#8aa79b")
    card.pieslice((125, 270, 245, 430), 180, 360, fill="#8aa79b")
    card.text((310, 95), "SPECIMEN / MAU", fill="#33415c", font_size=44)
    for line, width in enumerate((360, 300, 330, 220, 280)):
        card.rounded_rectangle(
            (310, 185 + 42 * line, 310 + width, 203 + 42 * line), 8, fill="#9fb8ad"
        )
    content = BytesIO()
    picture.save(content, "JPEG", quality=80)
    path.write_bytes(content.getvalue())
    return path
