"""What a payer may type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.sandbox import cards


class CardForm(forms.Form):
    """A card typed by hand. Only the printed test cards exist; ``self.card`` is the one found."""

    bank = forms.ChoiceField(label=_("Bank"), choices=list(cards.BANKS.items()))
    number = forms.CharField(
        label=_("Card number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter a card number, for example 9704198526191432198")},
    )
    holder = forms.CharField(
        label=_("Name on the card"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    issued = forms.CharField(
        label=_("Date of issue"),
        help_text=_("Month and year, for example 07/15"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
    )

    card = None

    def clean(self):
        values = super().clean()
        if "number" not in values:
            return values
        self.card = cards.find(values["number"])
        if self.card is None:
            self.add_error("number", _("Use one of the test cards below: no real card works here"))
        elif self.card.holder and values["holder"].strip().upper() != self.card.holder:
            holder = self.card.holder
            self.add_error(
                "holder", _("Enter the name of this test card: %(name)s") % {"name": holder}
            )
        elif self.card.issued and values["issued"].strip() != self.card.issued:
            issued = self.card.issued
            self.add_error(
                "issued", _("Enter the date of this test card: %(date)s") % {"date": issued}
            )
        return values


class PasswordForm(forms.Form):
    """The one-time password that a bank would send by SMS."""

    otp = forms.CharField(
        label=_("One-time password"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}
        ),
        error_messages={"required": _("Enter the one-time password")},
    )
