"""QR codes: the drawing holds the address, and nothing that a strict page would block."""

import re
import xml.etree.ElementTree as ET
from io import BytesIO

import pypdfium2
import pytest
import segno

from portal.documents.qr import qr_fragment, qr_svg
from portal.documents.typesetting import typeset
from tests.documents.samples import SAMPLES

ADDRESS = SAMPLES["result"]["verify_url"]


def test_a_fragment_fits_a_strict_page():
    svg = qr_fragment(ADDRESS, title='Mã "QR" <b>')
    root = ET.fromstring(svg)
    assert root.attrib["class"] == "qr"
    assert "viewBox" in root.attrib
    assert not {"width", "height", "style"} & root.attrib.keys()
    assert "style=" not in svg
    assert "data:" not in svg
    assert root[0].text == 'Mã "QR" <b>'
    assert {"#000", "#fff"} == set(re.findall(r"#[0-9a-f]{3,6}", svg))


def test_an_empty_text_is_refused():
    for make in (qr_svg, lambda text: qr_fragment(text, title="x")):
        with pytest.raises(ValueError, match="nothing"):
            make("")


def test_the_modules_printed_in_a_form_are_those_of_the_address():
    """The printed picture is sampled module by module and compared with a fresh encoding."""
    with pypdfium2.PdfDocument(BytesIO(typeset("result", SAMPLES["result"]))) as pdf:
        page = pdf[0].render(scale=6).to_pil().convert("1")
    expected = [list(row) for row in segno.make(ADDRESS, error="m", micro=False).matrix_iter()]
    side = round(31 / 25.4 * 72 * 6)  # 31 mm, quiet zone of four modules included
    modules = len(expected)
    left, step = round(25 / 25.4 * 72 * 6), side / modules
    column = [page.getpixel((left + round(4.5 * step), y)) == 0 for y in range(page.height)]
    finder = round(7 * step)  # the left edge of the finder pattern: seven dark modules
    tops = [
        y
        for y in range(len(column) - finder)
        if all(column[y + 2 : y + finder - 2]) and not column[y - 2]
    ]
    matches = []
    for top in tops:
        read = [
            [
                int(
                    page.getpixel(
                        (round(left + (x + 0.5) * step), round(top + (y - 4 + 0.5) * step))
                    )
                    == 0
                )
                for x in range(modules)
            ]
            for y in range(modules)
            if top + (y - 3) * step < page.height
        ]
        matches.append(read == expected)
    assert any(matches)
