"""What a payer may type."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.sandbox import cards
from payments.sandbox.switches import (
    AFTER_RETURN,
    BEFORE_RETURN,
    LONGEST_DELAY_SECONDS,
    MOST_COPIES,
    Switches,
)


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
        self.card = cards.find_typed(values["number"])
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


class SwitchesForm(forms.Form):
    """What goes wrong on purpose; ``switches()`` is what was chosen."""

    drop = forms.BooleanField(label=_("Never tell the merchant"), required=False)
    delay_seconds = forms.FloatField(
        label=_("Tell the merchant so many seconds later"),
        min_value=0,
        max_value=LONGEST_DELAY_SECONDS,
        initial=0,
        widget=forms.NumberInput(attrs={"class": "short", "step": "any"}),
    )
    copies = forms.IntegerField(
        label=_("Send every notice so many times"),
        min_value=1,
        max_value=MOST_COPIES,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    order = forms.ChoiceField(
        label=_("Notice and the payer's return"),
        required=False,
        choices=[
            ("", _("At the same time, as they come")),
            (BEFORE_RETURN, _("The notice first: the payer waits for the merchant's answer")),
            (AFTER_RETURN, _("The payer first: the notice waits for the return")),
        ],
    )
    forge = forms.BooleanField(
        label=_("Send a notice with a wrong signature first"), required=False
    )
    wrong_amount = forms.BooleanField(
        label=_("Send a signed notice of another amount first"), required=False
    )
    refuse_refunds = forms.BooleanField(label=_("The bank refuses refunds"), required=False)

    def switches(self) -> Switches:
        """The switches of a valid form."""
        return Switches(**self.cleaned_data)


class MerchantForm(forms.Form):
    """What the gateway has agreed with a merchant."""

    fee_basis_points = forms.IntegerField(
        label=_("Fee in hundredths of a percent of what is paid"),
        help_text=_("For example 110 for 1.1 %"),
        min_value=0,
        max_value=1000,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
