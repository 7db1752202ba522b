"""What is chosen on the pages of this package. What an address names is read by the views; these only show it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.catalogue.models import PublicService
from portal.metrics import registry
from portal.metrics.blocks import REGIONS, WIDE, slug
from portal.metrics.compared import targets
from portal.metrics.forms import Choices, PeriodForm
from portal.wording import ENGLISH, spoken


def rates(day):
    """The figures that can be ranked and mapped: shares with a source."""
    return [
        metric
        for metric in registry.metrics(day)
        if metric.denominator is not None and targets.has_source(metric)
    ]


class RateForm(PeriodForm):
    """A period and one of the rates; ``order`` is kept where the page has one."""

    metric = forms.ChoiceField(label=_("Figure"), widget=Choices)
    field_order = ["metric", "period"]

    def __init__(self, *, shown, metric, **kept):
        super().__init__(shown=shown)
        self.initial |= {"metric": metric.code, **kept}
        self.fields["metric"].choices = [(each.code, each.name) for each in rates(shown.as_of)]
        for name in kept:
            self.fields[name] = forms.CharField(widget=forms.HiddenInput)


class BlockForm(PeriodForm):
    """A period and a block: the wide ones, regions and fields, or the one that the address names."""

    block = forms.ChoiceField(label=_("Whose figures"), widget=Choices)
    field_order = ["block", "period"]

    def __init__(self, *, shown, block):
        super().__init__(shown=shown)
        self.initial["block"] = block.code
        choices = [(each.code, each.name) for each in WIDE.values()]
        if block.code not in WIDE and not block.code.startswith(("region:", "field:")):
            choices.append((block.code, block.name))
        choices.append(
            (_("Regions"), [(f"region:{slug(of)}", name) for of, name in REGIONS.items()])
        )
        self._offered = _fields()
        choices.append((_("Fields"), self._offered))
        self.fields["block"].choices = choices
        self._name = block.name

    @property
    def key(self):
        return f"{super().key} {self._name} {self._offered}"


def _fields():
    rows = PublicService.objects.values_list("field", "field_en").distinct().order_by("field")
    english = spoken() == ENGLISH
    return [(f"field:{slug(vi)}", en if english and en else vi) for vi, en in rows]
