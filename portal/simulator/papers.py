"""Papers that invented applicants attach: real one-page PDFs, each a little different."""

import io

import pikepdf

MILLIMETRE = 72 / 25.4


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
