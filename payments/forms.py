"""What citizens type on the pages about money."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForRefund(forms.Form):
    note = forms.CharField(
        label=_("Why do you want the money back?"),
        help_text=_("The agency reads this and decides."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        error_messages={"required": _("Say why the money is to go back.")},
    )


class VerifyReceipt(forms.Form):
    number = forms.CharField(
        label=_("Number of the receipt"),
        help_text=_("Printed at the top, for example BL-H17.01-2026-000001."),
        max_length=60,
        error_messages={"required": _("Type the number of the receipt.")},
    )
    check = forms.CharField(
        label=_("Check code"),
        help_text=_("Ten letters and digits, printed at the end."),
        max_length=20,
        error_messages={"required": _("Type the check code.")},
    )
