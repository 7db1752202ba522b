"""Lines of long tables as HTML, put together by functions: a template takes ten times as long for each of 63."""

from django.utils.html import format_html
from django.utils.translation import gettext as _

RANKED = (
    '<tr role="row"><td role="cell" class="num">{}</td><th role="rowheader" scope="row"><a href="{}">{}</a></th>{}'
    '<td role="cell" class="c-bar">{}</td><td role="cell" class="num c-n">{}</td></tr>'
)

FIGURE = (
    '<tr role="row"><th role="rowheader" scope="row"><a href="{}">{}</a></th>'
    '<td role="cell" class="num" data-label="{}">{}</td></tr>'
)


def figure(name, href, label, value):
    """A line of a table of figures: what it is, and its value, which stands under ``label`` on a phone."""
    return format_html(FIGURE, href, name, label, value)


def ranked(rank, href, name, bar, counted, more=""):
    """A line of a table by rank; ``rank`` may be ``None``. ``more`` are cells between the name and the bar."""
    return format_html(RANKED, rank or "–", href, name, more, bar, counted)


def quiet(words):
    """What is said by the way."""
    return format_html('<span class="quiet">{}</span>', words)


def no_data():
    return quiet(_("no data"))
