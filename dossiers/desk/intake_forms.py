"""What the one-door officer types when a dossier comes on paper."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.vn import mst

from dossiers.actions.filing import declarations
from dossiers.actions.intake import PAPER_CHANNELS
from dossiers.states import Channel, Delivery
from portal import clock
from portal.accounts.citizen_id import validate_citizen_id
from portal.catalogue.forms import step_form
from portal.catalogue.levels import deliveries
from portal.catalogue.models import Offering, VersionState


class PaperStartForm(forms.Form):
    """Which service, how it came, and whose dossier it is."""

    offering = forms.ModelChoiceField(label=_("Service"), queryset=Offering.objects.none())
    channel = forms.TypedChoiceField(
        label=_("How it came"),
        coerce=int,
        choices=[(int(channel), channel.label) for channel in PAPER_CHANNELS],
        initial=int(Channel.COUNTER),
        widget=forms.RadioSelect,
    )
    applicant_kind = forms.ChoiceField(
        label=_("The applicant is"),
        choices=[("person", _("a person")), ("enterprise", _("an enterprise or organisation"))],
        initial="person",
        widget=forms.RadioSelect,
    )
    applicant_name = forms.CharField(label=_("Name of the applicant"), max_length=200)
    applicant_identifier = forms.CharField(
        label=_("Citizen ID or tax code"), max_length=20, help_text=_("12 digits, or the tax code.")
    )
    applicant_phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    applicant_email = forms.EmailField(label=_("E-mail"), required=False)
    applicant_address = forms.CharField(label=_("Address"), max_length=300)
    on_behalf_of = forms.CharField(
        label=_("On behalf of"),
        max_length=200,
        required=False,
        help_text=_("Only where somebody else brings the dossier with an authorisation."),
    )
    authorisation = forms.CharField(label=_("Authorisation"), max_length=200, required=False)
    delivery = forms.ChoiceField(
        label=_("How the applicant wants the result"),
        choices=[(Delivery.COUNTER, Delivery.COUNTER.label), (Delivery.POST, Delivery.POST.label)],
        initial=Delivery.COUNTER,
        widget=forms.RadioSelect,
    )
    delivery_address = forms.CharField(
        label=_("Address for the result"), max_length=300, required=False
    )
    nonce = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        offerings = Offering.objects.in_force(clock.today()).filter(unit__in=by.units_served())
        self.fields["offering"].queryset = offerings.select_related("service", "unit").order_by(
            "service__name_vi", "pk"
        )
        self.fields["offering"].label_from_instance = lambda offering: (
            f"{offering.service.name} ({offering.service.code}) · {offering.unit}"
        )

    def clean(self):
        cleaned = super().clean()
        number, kind = cleaned.get("applicant_identifier"), cleaned.get("applicant_kind")
        if number and kind:
            self._check_identifier(kind, number)
        if cleaned.get("delivery") == Delivery.POST:
            self._check_post(cleaned)
        if cleaned.get("on_behalf_of") and not cleaned.get("authorisation"):
            self.add_error(
                "authorisation",
                _("Say which authorisation was shown, for example its date and number."),
            )
        return cleaned

    def _check_identifier(self, kind, number):
        if kind == "person":
            try:
                validate_citizen_id(number)
            except ValidationError as error:
                self.add_error("applicant_identifier", error)
        elif not mst.is_valid(number):
            self.add_error(
                "applicant_identifier",
                ValidationError(
                    _("Enter the tax code: 10 digits, or 13 for a branch."), code="tax_code"
                ),
            )

    def _check_post(self, cleaned):
        offering = cleaned.get("offering")
        if offering is not None and Delivery.POST not in self._ways(offering):
            self.add_error("delivery", _("At this level the result is collected at the counter."))
        elif not cleaned.get("delivery_address"):
            self.add_error("delivery_address", _("Enter the address to which the result is sent."))

    @staticmethod
    def _ways(offering):
        version = offering.service.versions.filter(state=VersionState.PUBLISHED).latest("number")
        return deliveries(offering.level, version.definition.deliveries)

    def applicant(self):
        """The snapshot and the delivery, by field name of the dossier."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("offering", "channel", "nonce")
        }


def page_form(dossier, step, data=None):
    """The questions of one page as an officer copies them; declarations are on the paper. Raises ``UnknownStep``."""
    definition = dossier.version.definition
    form = step_form(definition, step, data, dossier.answers, today=clock.today())
    for key in declarations(definition):
        form.fields.pop(key, None)
    return form
