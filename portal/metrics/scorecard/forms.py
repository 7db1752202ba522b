from django import forms
from django.utils.translation import gettext_lazy as _

from portal.metrics.forms import Choices, PeriodForm
from portal.metrics.scorecard.words import PROFILES


class ProfileForm(PeriodForm):
    """A period and a split of points; ``kind`` is kept where the page has one."""

    profile = forms.ChoiceField(
        label=_("Split of points"), choices=PROFILES.items(), widget=Choices
    )
    field_order = ["period", "profile"]

    def __init__(self, *, shown, **kept):
        super().__init__(shown=shown)
        self.initial |= kept
        for name in kept.keys() - self.fields.keys():
            self.fields[name] = forms.CharField(widget=forms.HiddenInput)
