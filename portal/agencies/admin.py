"""Agencies, one-door units and the working calendar, looked after by system administrators."""

from django import forms
from django.contrib import admin
from django.db.models import DateField, Q
from django.utils.translation import gettext_lazy as _

from portal.agencies import working_calendar
from portal.agencies.models import Agency, CalendarDay, Unit
from portal.workflow.admin import PolicyAdmin, shown

DATE_INPUT = {DateField: {"widget": forms.DateInput(attrs={"type": "date"})}}


PARENT = shown("parent", _("belongs to"))
SINCE, UNTIL = shown("valid_from", _("valid from")), shown("valid_to", _("valid to"))


class SystemAdmin(PolicyAdmin):
    """What system administrators look after: all of it or nothing."""

    read_key = add_key = change_key = "system.administer"
    formfield_overrides = DATE_INPUT

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())


@admin.register(Agency)
class AgencyAdmin(SystemAdmin):
    """The tree of agencies. Code, kind and place in the tree are fixed once given: dossiers are numbered by them."""

    list_display = ["code", "name_vi", "kind", PARENT, SINCE, UNTIL]
    labels = {"parent": _("belongs to"), "valid_from": _("valid from"), "valid_to": _("valid to")}
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["code", "name_vi", "name_en"]

    def get_fields(self, request, obj=None):
        parent = "parent" if obj is None else PARENT
        return ["code", "name_vi", "name_en", "kind", parent, "valid_from", "valid_to"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["code", "kind", PARENT]


@admin.register(Unit)
class UnitAdmin(SystemAdmin):
    """One-door units. The code begins the codes of their dossiers."""

    list_display = ["code", "name_vi", "agency", "phone"]
    list_select_related = ["agency"]
    search_fields = ["code", "name_vi", "name_en"]
    fields = ["code", "name_vi", "name_en", "agency", "address", "phone", "opening_hours"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["code", "agency"]


class CalendarDayForm(forms.ModelForm):
    class Meta:
        model = CalendarDay
        fields = ["day", "kind", "reason"]

    def clean(self):
        cleaned = super().clean()
        day, kind = cleaned.get("day"), cleaned.get("kind")
        if day and kind == CalendarDay.Kind.HOLIDAY and day.weekday() >= 5:
            self.add_error("day", _("A Saturday or Sunday is free anyway."))
        return cleaned


@admin.register(CalendarDay)
class CalendarDayAdmin(SystemAdmin):
    """Days that the Government set otherwise. Due dates already given do not move."""

    form = CalendarDayForm
    list_display = ["day", "kind", "reason"]
    ordering = ["-day"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        working_calendar.forget()
