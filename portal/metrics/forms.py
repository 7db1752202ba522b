from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.errors import PortalError
from portal.metrics import instants, periods


class Choices(forms.Select):
    """The same as Django’s own widget, which renders three templates for each choice: a sixth of a page’s time."""

    def render(self, name, value, attrs=None, renderer=None):
        widget = self.get_context(name, value, attrs)["widget"]
        groups = format_html_join("", "{}", ((_group(*each),) for each in widget["optgroups"]))
        return format_html(
            '<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), groups
        )


def _group(label, options, _index):
    written = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((each["value"], flatatt(each["attrs"]), each["label"]) for each in options),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', label, written) if label else written


DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DatesForm(forms.Form):
    """A period of any two dates, both included, perhaps as it stood earlier. Valid, it has the period as ``period``."""

    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(label=_("Last day"), widget=DAY)
    as_of = forms.DateField(label=_("As it stood at the end of"), widget=DAY, required=False)

    period = None

    def clean(self):
        cleaned = super().clean()
        if {"first", "last"} <= cleaned.keys():
            try:
                self.period = periods.between(cleaned["first"], cleaned["last"])
            except PortalError as refusal:
                self.add_error("last", str(refusal))
        if self.period and cleaned.get("as_of"):
            try:
                self.period = self.period.seen_at(instants.parse(cleaned["as_of"].isoformat()))
            except PortalError as refusal:
                self.add_error("as_of", str(refusal))
        return cleaned


class PeriodForm(forms.Form):
    """One of the periods worth a click, or the one that the address names already."""

    period = forms.ChoiceField(label=_("Period"), widget=Choices)

    def __init__(self, *, shown):
        super().__init__(initial={"period": shown.text})
        self._shown = shown
        suggested = periods.suggestions()
        if shown.text not in {each.text for each in suggested}:
            suggested.insert(0, shown)
        self.fields["period"].choices = [(each.text, each.label) for each in suggested]

    @property
    def key(self):
        """All that the form’s HTML depends on, but for the language: it is kept under this key."""
        return f"{clock.today()} {self._shown} {self.initial}"
