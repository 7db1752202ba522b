"""Lines of long tables as HTML, put together by functions: a template takes ten times as long for each of 63.

Whatever is no HTML already (``SafeString``) is escaped. ``label`` is the heading that a cell has on a phone.
"""

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

LINE = '<tr role="row"><th role="rowheader" scope="row"{}>{}</th>{}</tr>'
NUMBER = '<td role="cell" class="num" data-label="{}">{}</td>'
PLAIN = '<td role="cell">{}</td>'
WORDS = '<td role="cell" data-label="{}">{}</td>'
RANKED = (
    '<tr role="row"><td role="cell" class="num">{}</td><th role="rowheader" scope="row"><a href="{}">{}</a></th>{}'
    '<td role="cell" class="c-bar">{}</td><td role="cell" class="num c-n">{}</td></tr>'
)


def line(head, *cells, css=""):
    """A line of a table that is stacked on a phone: ``head``, and cells made by the functions below."""
    named = format_html(' class="{}"', css) if css else ""
    return format_html(LINE, named, head, mark_safe("".join(cells)))


def number(label, value):
    return format_html(NUMBER, label, value)


def words(label, value):
    return format_html(WORDS, label, value)


def plain(value):
    """A cell that needs no heading on a phone."""
    return format_html(PLAIN, value)


def ranked(rank, href, name, bar, counted, more=""):
    """A line of a table by rank; ``rank`` may be ``None``. ``more`` are cells between the name and the bar."""
    return format_html(RANKED, rank or "–", href, name, more, bar, counted)


def link(href, name):
    return format_html('<a href="{}">{}</a>', href, name)


def quiet(said):
    """What is said by the way."""
    return format_html('<span class="quiet">{}</span>', said)


def no_data():
    return quiet(_("no data"))
