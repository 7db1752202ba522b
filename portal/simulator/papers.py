"""Papers that invented applicants attach: real one-page PDFs and pictures, each a little different."""

import io

import pikepdf
from PIL import Image

MILLIMETRE = 72 / 25.4


PICTURE_FORMATS = {"jpg": "JPEG", "png": "PNG"}


def file_for(question, rng):
    """The bytes of a file that a question answered with one takes."""
    if "pdf" in question.accept:
        return paper(rng)
    return picture(rng, PICTURE_FORMATS[question.accept[0]])


def picture(rng, picture_format):
    """A small picture in a colour of its own; returns its bytes."""
    colour = tuple(rng.randrange(256) for _channel in range(3))
    with io.BytesIO() as target:
        Image.new("RGB", (300, 400), colour).save(target, picture_format)
        return target.getvalue()


def paper(rng):
    """An A4 page with a heading and a number of its own; returns the bytes of the PDF."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(210 * MILLIMETRE, 297 * MILLIMETRE))
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F1=document.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name.Helvetica,
                )
            )
        )
    )
    number = rng.randrange(10**8)
    text = f"BT /F1 18 Tf 72 760 Td (Giay to mo phong / Simulated paper) Tj 0 -28 Td (No. {number:08d}) Tj ET"
    page.Contents = document.make_stream(text.encode("ascii"))
    with io.BytesIO() as target:
        document.save(target, deterministic_id=True)
        return target.getvalue()
