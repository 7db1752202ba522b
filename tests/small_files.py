"""The smallest files that the portal takes."""

from io import BytesIO

import pikepdf
from PIL import Image

PICTURE_FORMATS = {"jpg": "JPEG", "png": "PNG"}
MEDIA_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


def content_of(kind):
    """The bytes of a file of this kind: pdf, jpg or png."""
    return small_pdf() if kind == "pdf" else small_picture(kind)


def small_pdf():
    """One blank page."""
    content = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(72, 72))
        pdf.save(content)
    return content.getvalue()


def small_picture(kind="png"):
    """One grey pixel."""
    content = BytesIO()
    Image.new("L", (1, 1)).save(content, PICTURE_FORMATS[kind])
    return content.getvalue()
