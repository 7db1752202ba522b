"""Offerings at the desk: at which level a unit provides a service, from which day on."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.catalogue import offering as offerings
from portal.catalogue.admin.ministries import MinistryRows
from portal.catalogue.models import Offering
from portal.errors import PortalError
from portal.workflow.admin import PolicyAdmin, shown

SERVICE = shown("service", _("public service"))
UNIT = shown("unit", _("one-door unit"))
HANDLES = shown("handling_agency", _("handled by"))
COMPETENT = shown("competent_agency", _("competent agency"))
SINCE, UNTIL = shown("valid_from", _("valid from")), shown("valid_to", _("valid to"))
DATE = forms.DateInput({"type": "date"}, "%Y-%m-%d")


class OfferingForm(forms.ModelForm):
    """A new row: the one that is open ends on the day it begins."""

    class Meta:
        model = Offering
        fields = ["service", "unit", "handling_agency", "level", "valid_from"]
        widgets = {"valid_from": DATE}

    def clean(self):
        cleaned = super().clean()
        service, level = cleaned.get("service"), cleaned.get("level")
        unit, handler = cleaned.get("unit"), cleaned.get("handling_agency")
        if service and level and level > (highest := highest_level(service)):
            self.add_error(
                "level",
                _("The service itself goes up to level %(level)s.") % {"level": highest},
            )
        if unit and handler and handler.top_id != unit.agency.top_id:
            self.add_error(
                "handling_agency", _("Choose an agency of the same ministry or province.")
            )
        if service and unit and cleaned.get("valid_from"):
            try:
                offerings.require_possible(offerings.open_row(service, unit), cleaned["valid_from"])
            except PortalError as refusal:
                self.add_error("valid_from", str(refusal))
        return cleaned

    def validate_constraints(self):
        """The open row is ended first; then the database judges."""


class EndForm(forms.ModelForm):
    """The last thing that may change on an offering: when it ends."""

    class Meta:
        model = Offering
        fields = ["valid_to"]
        widgets = {"valid_to": DATE}

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        if day is None:
            raise forms.ValidationError(
                _("Give the first day on which the service is no longer offered.")
            )
        try:
            offerings.require_possible(self.instance, day)
        except PortalError as refusal:
            raise forms.ValidationError(str(refusal))
        return day


def highest_level(service):
    """The level of the newest published version; the file says how far the service goes."""
    newest = service.versions.filter(state="published").order_by("-number").first()
    return newest.definition.level if newest else 1


@admin.register(Offering)
class OfferingAdmin(MinistryRows, PolicyAdmin):
    """Dated rows. To change a level, add a row that begins later: the present one ends then by itself."""

    ministry_path = "service__owner_ministry"
    add_key = change_key = "catalogue.publish"
    list_display = [SERVICE, UNIT, "level", SINCE, UNTIL]
    list_filter = ["level"]
    list_select_related = ["service", "unit"]
    search_fields = ["service__code", "service__name_vi", "unit__code", "unit__name_vi"]
    labels = {
        "service": _("public service"),
        "unit": _("one-door unit"),
        "handling_agency": _("handled by"),
    }
    autocomplete_fields = ["service", "unit", "handling_agency"]
    ordering = ["-pk"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(
            request, obj, change, form=EndForm if obj else OfferingForm, **kwargs
        )

    def get_fields(self, request, obj=None):
        if obj is None:
            return OfferingForm.Meta.fields
        return [SERVICE, UNIT, HANDLES, COMPETENT, "level", SINCE, "valid_to"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else [SERVICE, UNIT, HANDLES, COMPETENT, "level", SINCE]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.valid_to is None)

    def save_form(self, request, form, change):
        return form.instance

    def save_related(self, request, form, formsets, change):
        """Nothing hangs on an offering that its form would save."""

    def save_model(self, request, obj, form, change):
        typed = form.cleaned_data
        if change:
            offerings.withdraw(obj, on=typed["valid_to"])
            return
        made = offerings.offer(
            typed["service"],
            typed["unit"],
            level=typed["level"],
            since=typed["valid_from"],
            handling_agency=typed["handling_agency"],
        )
        obj.pk = made.pk
