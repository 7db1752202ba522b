"""What citizens may type about a dossier beside the questions of its service."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.vn import mst

from dossiers.actions.rating import Rating
from dossiers.states import Delivery
from portal import clock
from portal.accounts.citizen_id import validate_citizen_id
from portal.catalogue.crosschecks import conflicts
from portal.catalogue.forms import QuestionForm
from portal.catalogue.levels import deliveries
from portal.catalogue.question_types.names import PersonName
from portal.catalogue.typed_text import many_lines, one_line

PERSON, ENTERPRISE = "person", "enterprise"
LONGEST_REASON = 2000  # characters


class OneLine(forms.CharField):
    """One line of text without invisible or forbidden characters."""

    def __init__(self, **options):
        super().__init__(strip=True, **options)

    def clean(self, value):
        return super().clean(one_line(value or "", label=self.label, max_length=self.max_length))


class ApplicantForm(forms.Form):
    """Whose dossier it is, as it will stand in the papers."""

    applicant_kind = forms.ChoiceField(
        label=_("The applicant is"),
        choices=[(PERSON, _("a person")), (ENTERPRISE, _("an enterprise or organisation"))],
        widget=forms.RadioSelect,
    )
    applicant_name = OneLine(
        label=_("Full name of the applicant"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Write the full name of the applicant.")},
    )
    applicant_identifier = OneLine(
        label=_("Citizen ID or tax code"),
        help_text=_("12 digits for a person, the tax code for an enterprise."),
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "class": "w-s"}),
        error_messages={"required": _("Enter the citizen ID or the tax code.")},
    )
    applicant_phone = OneLine(
        label=_("Telephone"),
        help_text=_("The agency calls only if something is unclear."),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "w-s"}),
    )
    applicant_email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("We write here whenever something happens to the dossier."),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": _("Enter the e-mail address for news about the dossier."),
            "invalid": _("Enter an e-mail address such as mai@vidu.vn."),
        },
    )
    applicant_address = OneLine(
        label=_("Address"),
        help_text=_("House number, street, ward, district, province."),
        max_length=300,
        widget=forms.TextInput({"autocomplete": "street-address"}),
        error_messages={"required": _("Write the address of the applicant.")},
    )

    use_required_attribute = False

    def __init__(self, *args, audience, **kwargs):
        super().__init__(*args, **kwargs)
        if len(kinds := kinds_of(audience)) == 1:
            field = self.fields["applicant_kind"]
            field.widget, self.initial["applicant_kind"] = forms.HiddenInput(), kinds[0]
            field.choices = [(kinds[0], kinds[0])]

    def clean_applicant_name(self):
        name = self.cleaned_data["applicant_name"]
        if self.cleaned_data.get("applicant_kind") == PERSON:
            asked = PersonName(key="applicant_name", label=self.fields["applicant_name"].label)
            return asked.read(name, today=clock.today())
        return name

    def clean_applicant_identifier(self):
        number = self.cleaned_data["applicant_identifier"].replace(" ", "").replace(".", "")
        if self.cleaned_data.get("applicant_kind") == PERSON:
            validate_citizen_id(number)
            return number
        try:
            return mst.format(mst.validate(number))
        except InvalidNumber:
            raise ValidationError(
                _("Enter the tax code of the enterprise, 10 digits such as 0100233488.")
            )

    def clean_applicant_phone(self):
        phone = self.cleaned_data["applicant_phone"]
        digits = phone.replace(" ", "").replace(".", "").replace("-", "")
        if digits and not (digits.lstrip("+").isdigit() and 9 <= len(digits) <= 13):
            raise ValidationError(_("Enter a telephone number such as 0905 123 456."))
        return digits


def kinds_of(audience):
    """Which kinds of applicant a service is for."""
    kinds = {"citizen": PERSON, "enterprise": ENTERPRISE}
    return [kinds[each] for each in audience]


class DeliveryForm(forms.Form):
    """How the applicant wants the result, among the ways that service and level allow."""

    delivery = forms.ChoiceField(
        label=_("How do you want to receive the result?"),
        choices=Delivery.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you want to receive the result.")},
    )
    delivery_address = OneLine(
        label=_("Address for the post"),
        help_text=_("Only if the result is to be sent by post."),
        max_length=300,
        required=False,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )

    use_required_attribute = False

    def __init__(self, *args, dossier, **kwargs):
        super().__init__(*args, **kwargs)
        ways = deliveries(dossier.level, dossier.version.definition.deliveries)
        self.fields["delivery"].choices = [(way, WAYS[way]) for way in ways]
        if Delivery.POST not in ways:
            del self.fields["delivery_address"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("delivery") == Delivery.POST and not cleaned.get("delivery_address"):
            self.add_error(
                "delivery_address", _("Write the address to which the result is to be sent.")
            )
        return cleaned


WAYS = {
    Delivery.ONLINE: _("Online: a signed file to download here"),
    Delivery.COUNTER: _("On paper, at the counter of the receiving unit"),
    Delivery.POST: _("On paper, by post"),
}


class StartForm(forms.Form):
    """Which unit is to receive the dossier. ``nonce`` makes two clicks one draft."""

    offering = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose the unit that is to receive the dossier.")},
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class SuppliedAnswersForm(QuestionForm):
    """The questions that a request for supplement asks to be answered anew."""

    def __init__(self, dossier, keys, *, today, data=None):
        self.definition, self.stored = dossier.version.definition, dossier.answers
        super().__init__(data, initial=self.stored)
        self.asked = [self.definition.questions[key] for key in keys]
        for question in self.asked:
            self.fields[question.key] = question.form_field(today=today)

    def condition_sentence(self, question):
        """A question the agency asks about concerns the reader: it has no condition left."""
        return ""

    def clean(self):
        together = {
            **self.stored,
            **{key: value for key, value in self.cleaned_data.items() if value is not None},
        }
        for _rule, conflict in conflicts(
            self.definition.crosschecks, together, self.definition.labels
        ):
            if conflict.question in self.fields and not self.has_error(conflict.question):
                self.add_error(
                    conflict.question,
                    ValidationError(conflict.sentence, code=conflict.code, params=conflict.params),
                )
        return self.cleaned_data


class WithdrawalForm(forms.Form):
    """Why the applicant takes the dossier back."""

    reason = forms.CharField(
        label=_("Why do you withdraw the dossier?"),
        help_text=_("The official who decides reads this."),
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Write in a few words why you withdraw the dossier.")},
    )

    use_required_attribute = False

    def clean_reason(self):
        return many_lines(
            self.cleaned_data["reason"],
            label=self.fields["reason"].label,
            max_length=LONGEST_REASON,
        )


class RatingForm(forms.Form):
    """How content the applicant is, one of three."""

    value = forms.TypedChoiceField(
        label=_("How satisfied are you with the way the agency handled your dossier?"),
        choices=Rating.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three answers.")},
    )

    use_required_attribute = False
