"""QR codes as vector drawings: in printed forms and on pages."""

import segno


def qr_svg(text: str) -> str:
    """A complete SVG document, black on white with the quiet zone that scanners need.

    Raises ``ValueError`` when ``text`` is empty or longer than a QR code can hold.
    """
    return _code(text).svg_inline(scale=1, border=4, light="#ffffff", dark="#000000")


def qr_fragment(text: str, *, title: str) -> str:
    """An SVG to stand inside a page; its size comes from the style sheet (class ``qr``).

    ``title`` is what a screen reader says. Black on white also in the dark scheme, as scanners
    need it. Safe to mark safe: segno escapes the title, and the rest is numbers.
    """
    return _code(text).svg_inline(
        border=4,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        light="#ffffff",
        dark="#000000",
        title=title,
    )


def _code(text: str) -> segno.QRCode:
    if not text:
        raise ValueError("a QR code of nothing says nothing")
    # A fixed mask: any of the eight is a valid code, and trying them all costs more than the whole page.
    return segno.make(text, error="m", micro=False, mask=3)
