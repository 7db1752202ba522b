"""Files as a scanner makes them."""

from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile


def pdf():
    """The bytes of a PDF of one empty page."""
    content = BytesIO()
    document = pikepdf.new()
    document.add_blank_page()
    document.save(content)
    return content.getvalue()


def scan(name="so-do.pdf"):
    """A scan as a browser uploads it."""
    return SimpleUploadedFile(name, pdf())
