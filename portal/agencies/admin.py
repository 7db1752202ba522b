"""Agencies, one-door units and the working calendar, looked after by system administrators."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.db.models import DateField, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from portal import clock, worktime
from portal.agencies import working_calendar
from portal.agencies.models import Agency, CalendarDay, Naming, Succession, Unit
from portal.agencies.tree_files import TWO_TIERS
from portal.workflow.admin import PolicyAdmin, shown

DATE_INPUT = {DateField: {"widget": forms.DateInput({"type": "date"}, "%Y-%m-%d")}}
TREE_LABELS = {"parent": _("belongs to"), "valid_from": _("valid from"), "valid_to": _("valid to")}

PARENT = shown("parent", _("belongs to"))


class SystemAdmin(PolicyAdmin):
    """What system administrators look after: all of it or nothing."""

    read_key = add_key = change_key = "system.administer"
    formfield_overrides = DATE_INPUT

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())


class DayFilter(admin.SimpleListFilter):
    """The tree before and after the reform of 2025."""

    title = _("in force")
    parameter_name = "day"

    def lookups(self, request, model_admin):
        return [("before", _("before 1 July 2025")), ("after", _("since 1 July 2025"))]

    def queryset(self, request, queryset):
        days = {"before": TWO_TIERS - timedelta(days=1), "after": TWO_TIERS}
        day = days.get(self.value())
        return queryset if day is None else queryset.as_of(day)


class AgencyForm(forms.ModelForm):
    """The life of an agency lies within that of the agency above, and fits who continues whom."""

    class Meta:
        model = Agency
        fields = ["code", "name_vi", "name_en", "kind", "parent", "valid_from", "valid_to"]
        help_texts = {"valid_to": _("The first day without it; empty: until it is closed.")}

    def clean(self):
        cleaned = super().clean()
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_to")
        if begins and ends and ends <= begins:
            self.add_error("valid_to", _("It cannot close before it begins."))
        parent = cleaned.get("parent") or self.instance.parent
        if parent is not None and parent.valid_to and (ends is None or ends > parent.valid_to):
            self.add_error(
                "valid_to",
                _("{parent}, above it, closes on {day}: choose that day or an earlier one.").format(
                    parent=parent, day=f"{parent.valid_to:%d/%m/%Y}"
                ),
            )
        if self.instance.pk is not None:
            self.check_successions(begins, ends)
        return cleaned

    def check_successions(self, begins, ends):
        """The days of successions on record stand; whoever wants others changes those first."""
        own = Succession.objects.filter(agency=self.instance).first()
        if own is not None and own.day != ends:
            self.add_error(
                "valid_to",
                _(
                    "{successor} continues this agency since {day}: change the succession first."
                ).format(successor=own.successor, day=f"{own.day:%d/%m/%Y}"),
            )
        for taken_over in Succession.objects.filter(successor=self.instance):
            if (begins and taken_over.day < begins) or (ends and taken_over.day >= ends):
                self.add_error(
                    None,
                    _("It took over another agency on {day}: it has to exist then.").format(
                        day=f"{taken_over.day:%d/%m/%Y}"
                    ),
                )


class NamingInline(admin.TabularInline):
    model = Naming
    extra = 0
    formfield_overrides = DATE_INPUT

    def has_view_permission(self, request, obj=None):
        return True

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Agency)
class AgencyAdmin(SystemAdmin):
    """The tree of agencies. Code, kind and place in the tree are fixed once given: dossiers are numbered by them."""

    form = AgencyForm
    list_display = ["code", "name_vi", "kind", PARENT, "valid_from", "valid_to", "continued_by"]
    labels = TREE_LABELS
    list_filter = ["kind", DayFilter]
    list_select_related = ["parent", "succession__successor"]
    search_fields = ["code", "name_vi", "name_en"]
    autocomplete_fields = ["parent"]
    inlines = [NamingInline]

    def get_fields(self, request, obj=None):
        start = ["code", "name_vi", "name_en", "kind"]
        if obj is None:
            return [*start, "parent", "valid_from", "valid_to"]
        return [*start, PARENT, "valid_from", "valid_to", "continued_by", "people"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["code", "kind", PARENT, "continued_by", "people"]

    @admin.display(description=_("continued by"))
    def continued_by(self, agency):
        succession = getattr(agency, "succession", None)
        return succession.successor if succession is not None else "–"

    @admin.display(description=_("people"))
    def people(self, agency):
        return people_of("agency", agency)


class SuccessionForm(forms.ModelForm):
    class Meta:
        model = Succession
        fields = ["agency", "successor", "day", "basis"]
        help_texts = {"day": _("The first day without the agency, as its “valid to” says.")}

    def clean(self):
        cleaned = super().clean()
        agency, successor, day = (cleaned.get(name) for name in ("agency", "successor", "day"))
        if agency and day and agency.valid_to != day:
            self.add_error(
                "day", _("The agency has to close on that day: set its “valid to” first.")
            )
        if successor and day and not successor.exists_on(day):
            self.add_error("successor", _("The successor does not exist on that day."))
        return cleaned


@admin.register(Succession)
class SuccessionAdmin(SystemAdmin):
    """Who continues an agency that closed. Open dossiers tell their citizens from the day on."""

    form = SuccessionForm
    list_display = ["agency", "successor", "day", "basis"]
    list_select_related = ["agency", "successor"]
    search_fields = ["agency__code", "agency__name_vi", "successor__code", "successor__name_vi"]
    autocomplete_fields = ["agency", "successor"]
    ordering = ["-day", "agency__code"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["agency"]


@admin.register(Unit)
class UnitAdmin(SystemAdmin):
    """One-door units. The code begins the codes of their dossiers."""

    list_display = ["code", "name_vi", "agency", "phone", "opening_hours", "valid_to"]
    list_filter = [DayFilter]
    list_select_related = ["agency"]
    search_fields = ["code", "name_vi", "name_en", "address"]
    autocomplete_fields = ["agency"]

    def get_fields(self, request, obj=None):
        written = ["code", "name_vi", "name_en", "agency", "address", "phone", "opening_hours"]
        written += ["valid_from", "valid_to"]
        return written if obj is None else [*written, "people"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["code", "agency", "people"]

    @admin.display(description=_("people"))
    def people(self, unit):
        return people_of("unit", unit)


class CalendarDayForm(forms.ModelForm):
    class Meta:
        model = CalendarDay
        fields = ["day", "kind", "reason"]
        help_texts = {
            "kind": _("“Holiday” frees a weekday, “working day” makes up for one on a weekend."),
            "reason": _("The decision that fixes it, for example “Nghỉ bù Tết Nguyên đán”."),
        }

    def clean(self):
        cleaned = super().clean()
        day, kind = cleaned.get("day"), cleaned.get("kind")
        if day is None or kind is None:
            return cleaned
        by_law = worktime.VIET_NAM.is_working_day(day)
        if kind == CalendarDay.Kind.WORKING and by_law:
            self.add_error("day", _("This is a working day anyway: nothing has to be set."))
        elif kind == CalendarDay.Kind.HOLIDAY and not by_law:
            weekend = day.weekday() >= 5
            self.add_error(
                "day",
                _("A Saturday or Sunday is free anyway.")
                if weekend
                else _("This is a holiday by law already: nothing has to be set."),
            )
        return cleaned


@admin.register(CalendarDay)
class CalendarDayAdmin(SystemAdmin):
    """Days that the Government set otherwise. Due dates already given do not move."""

    form = CalendarDayForm
    list_display = ["day", "kind", "reason"]
    list_filter = ["kind"]
    search_fields = ["reason"]
    date_hierarchy = "day"
    ordering = ["-day"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        working_calendar.forget()


def people_of(node, row):
    """Who holds a role at this agency or unit today, by role, and the way to all roles there ever were."""
    held = row.rolegrant_set.in_force(clock.today()).select_related("user").order_by("role", "pk")
    people = format_html_join(
        "",
        "<div>{} ({}), {}</div>",
        ((one.user.full_name, one.user.username, one.get_role_display()) for one in held),
    )
    return format_html(
        '{}<a href="{}?{}__id__exact={}">{}</a>',
        people or format_html("<div>{}</div>", _("Nobody holds a role here today.")),
        reverse("admin:accounts_rolegrant_changelist"),
        node,
        row.pk,
        _("Roles held here"),
    )
