from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.citizen_id import validate_citizen_id
from portal.accounts.models import User


class CitizenSignupForm(forms.Form):
    """What a citizen tells about themselves when opening an account; allauth adds e-mail and password."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    citizen_id = forms.CharField(
        label=_("Citizen ID number"),
        help_text=_("12 digits, as on the citizen identity card. You can sign in with it later."),
        max_length=12,
        validators=[validate_citizen_id],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    field_order = ["full_name", "citizen_id", "email", "password1", "password2"]

    def clean_citizen_id(self):
        value = self.cleaned_data["citizen_id"]
        if User.objects.filter(username=value).exists():
            raise forms.ValidationError(
                _(
                    "This number already has an account. Sign in, or reset the password if you forgot it."
                )
            )
        return value

    def signup(self, request, user):
        """Nothing is left to do: :class:`AccountAdapter` saved number and name with the account."""
