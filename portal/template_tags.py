"""The template library ``mc``: words for dates and amounts, and what the components are made of.

Loaded with ``{% load mc %}``. A component called with a wrong option stops with ``ComponentMisused``.
"""

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, MultiWidget, RadioSelect, Select
from django.utils.html import format_html

from portal import wording

register = template.Library()

# The symbols of templates/components/sprite.html.
ICONS = {"check", "cross", "bang", "run", "clock", "pause", "draft", "stop", "file", "coin"}

register.filter("short_date", wording.short_date)
register.filter("long_date", wording.long_date)
register.filter("time_of_day", wording.time_of_day)
register.filter("date_and_time", wording.date_and_time)
register.filter("long_date_and_time", wording.long_date_and_time)
register.filter("number", wording.number)
register.filter("money", wording.money)
register.filter("percent", wording.percent)
register.filter("file_size", wording.file_size)
register.filter("working_days_left", wording.working_days_left)
register.simple_tag(wording.rate, name="rate")


class ComponentMisused(ValueError):
    """A component was included without an option it needs, or with a value it does not know."""


@register.simple_tag
def icon(name):
    """One of the icons of the sprite; always beside words."""
    if name not in ICONS:
        raise ComponentMisused(f"no icon “{name}”; there are {', '.join(sorted(ICONS))}")
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def need(option, value):
    """Stop if the component was included without ``option``."""
    if value is None or value == "":
        raise ComponentMisused(f"the component needs “{option}”")
    return ""


@register.simple_tag
def one_of(option, value, allowed):
    """Stop if ``value`` is not among the words of ``allowed``; leaving the option out is fine."""
    if value not in (None, "", *allowed.split()):
        raise ComponentMisused(f"“{option}” may be {allowed}, not “{value}”")
    return ""


@register.simple_tag
def shape(field):
    """How a question is laid out: ``choices``, ``group`` (several boxes), ``tick`` or ``line``."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, MultiWidget):
        return "group"
    return "tick" if isinstance(widget, CheckboxInput) else "line"


@register.simple_tag
def hint_id(field):
    return f"{field.auto_id}-hint"


@register.simple_tag
def error_id(field):
    return f"{field.auto_id}-error"


@register.simple_tag
def anchor(field):
    """The id an error summary links to: the control, or the first of a group."""
    return f"{field.auto_id}_0" if shape(field) in ("choices", "group") else field.auto_id


@register.simple_tag
def described_by(field, hint=""):
    """The ids of hint and error of a field, for ``aria-describedby``; empty where there is neither."""
    ids = [hint_id(field)] if hint else []
    ids += [error_id(field)] if field.errors else []
    return " ".join(ids)


@register.simple_tag
def control(field, hint="", size=""):
    """The control itself with the classes of the look and its hint and error named.

    Placeholders are dropped: they vanish while one types; hints stay.
    """
    widget = field.field.widget
    attrs = {}
    if shape(field) != "tick":
        css = "form-select" if isinstance(widget, Select) else "form-control"
        width = f"w-{size}" if size else ""
        names = [css, *widget.attrs.get("class", "").split(), width]
        attrs["class"] = " ".join(dict.fromkeys(filter(None, names)))
    if ids := described_by(field, hint):
        attrs["aria-describedby"] = ids
    if field.errors:
        attrs["aria-invalid"] = "true"
    for part in (widget, *getattr(widget, "widgets", ())):
        part.attrs.pop("placeholder", None)
    return field.as_widget(attrs=attrs)


@register.simple_tag
def page_numbers(page):
    """Page numbers around the present one, with a gap for those left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def is_gap(page_number):
    return not isinstance(page_number, int)


@register.filter
def errors_in_order(form):
    """The visible fields of ``form`` that have errors, in the order of the page."""
    return [field for field in form.visible_fields() if field.errors]


@register.filter
def count_of_errors(form):
    """How many sentences an error summary will list."""
    return sum(len(messages) for messages in form.errors.values())


@register.simple_tag
def cellbar(words, share, mark=None):
    """A bar in a table cell, from zero, always beside its number in ``words``. ``mark`` is a tick on it.

    Both are shares from 0 to 1. A tag and no template: a league table has dozens.
    """
    tick = "" if mark is None else format_html(TICK, _svg_percent(mark))
    return format_html(BAR, words, _svg_percent(share), tick)


BAR = (
    '<div class="cellbar"><b>{}</b><svg class="bar" aria-hidden="true"><rect class="track" y="20%" width="100%" '
    'height="60%"/><rect class="val" y="20%" width="{}" height="60%"/>{}</svg></div>'
)
TICK = '<rect class="mark" x="{}" width="2" height="100%"/>'


def _svg_percent(share):
    """The length of a bar, with a point whatever the language: 94.20%."""
    return f"{min(max(float(share), 0.0), 1.0) * 100:.2f}%"


@register.simple_tag
def page_address(request, parameter, number):
    """The query string of another page of the same list, its filters kept."""
    query = request.GET.copy()
    query[parameter] = number
    return f"?{query.urlencode()}"


@register.filter
def is_overdue(days):
    return days < 0


@register.filter
def is_soon(days):
    """Whether so few working days are left that the badge warns."""
    return 0 <= days <= wording.SOON_WORKING_DAYS
