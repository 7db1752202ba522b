"""Pictures of the ways to pay: a code in a frame. They are nobody's trade marks."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from payments.sandbox import cards

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 60" width="160" height="60">'
    '<rect x="2" y="2" width="156" height="56" fill="#fff" stroke="#16191d" stroke-width="3"/>'
    '<text x="80" y="38" text-anchor="middle" font-family="Arial, sans-serif" font-size="20" '
    'font-weight="700" fill="#16191d" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
    "{code}</text></svg>"
)
LETTER = 13  # units of the drawing; longer words are pressed together


def address(code: str) -> str:
    """Where the picture is, on this server."""
    return reverse("logo", args=[code])


@require_GET
def logo(request, code):
    """One picture; 404 for what cannot be chosen."""
    if code not in {known for known, *_rest in cards.ways_to_pay()}:
        raise Http404
    drawing = DRAWING.format(code=code, length=min(140, LETTER * len(code)))
    response = HttpResponse(drawing, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response
