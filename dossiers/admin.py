"""The officials' desk in the admin: the dossiers of their own units, and the history that auditors read."""

from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dossiers.desk import acts, dossier_page, history_lines, intake_views, listing, transition_facts
from dossiers.desk.forms import FORMS
from dossiers.models import Dossier, DossierHistory
from dossiers.states import Channel, State
from portal import slots
from portal.errors import PortalError
from portal.workflow.admin import PolicyAdmin, WorkflowAdmin

# Transitions whose page is more than a form of a few fields.
TEMPLATES = {
    "request_supplement": "admin/dossiers/request_supplement.html",
    "supply": "admin/dossiers/supply.html",
}


@admin.register(Dossier)
class DossierAdmin(WorkflowAdmin):
    """Dossiers of the units where the person works, under their public id; everybody else’s do not exist here.

    The desk is the list; filing on paper is what “add” means.
    """

    read_key = "dossier.read_content"
    add_key = "dossier.file_on_paper"
    search_fields = ["code", "applicant_name"]
    ordering = ["-pk"]
    transition_forms = FORMS

    def get_queryset(self, request):
        return Dossier.objects.at_desk_of(request.user).order_by(*self.ordering)

    def get_object(self, request, object_id, from_field=None):
        """The dossier with this public id at this person's desk. Raises ``Http404``."""
        dossiers = dossier_page.with_everything(self.get_queryset(request))
        found = dossiers.filter(public_id=object_id).first()
        if found is None:
            raise Http404
        return found

    def has_module_permission(self, request):
        return False  # the desk itself is the way to the dossiers

    def has_add_permission(self, request):
        return self.holds(request.user, self.add_key)

    def get_urls(self):
        view, name = self.admin_site.admin_view, self.url_name
        return [
            path("", view(self.changelist_view), name=name("changelist")),
            *intake_views.urls(self),
            path("<uuid:object_id>/", view(self.change_view), name=name("change")),
            path("<uuid:object_id>/history/", view(self.history_view), name=name("history")),
            path(
                "<uuid:object_id>/<slug:name>/", view(self.transition_view), name=name("transition")
            ),
        ]

    def changelist_view(self, request, extra_context=None):
        """The list is the desk: one page, one address."""
        query = f"?{urlencode(request.GET, doseq=True)}" if request.GET else ""
        return redirect(f"{reverse('admin:index')}{query}")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        dossier = self.get_object(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{dossier.code}, {dossier.applicant_name}",
            **dossier_page.page(request, dossier),
        }
        return TemplateResponse(request, "admin/dossiers/dossier.html", context)

    def history_view(self, request, object_id, extra_context=None):
        dossier = self.get_object(request, object_id)
        rows = dossier.history.select_related("actor", "grant")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "dossier": dossier,
            "title": gettext("History of {code}").format(code=dossier.code),
            "history": history_lines.lines(rows, dossier),
        }
        return TemplateResponse(request, "admin/dossiers/history.html", context)

    def judged(self, instance, user):
        return acts.offers_with_foresight(instance, user)

    def transition_context(self, request, instance, name):
        try:
            facts = transition_facts.facts(instance, name)
        except PortalError:
            facts = []  # nothing to decide about: the page says why
        return {"facts": facts, "hint": acts.HINTS.get(name, "")}

    def template_of(self, name):
        return TEMPLATES.get(name, self.transition_template)

    def name_of(self, instance):
        return f"{instance.code}, {instance.applicant_name}"

    def address_of(self, instance):
        return reverse(f"admin:{self.url_name('change')}", args=[instance.public_id])


class WhatHappened(admin.SimpleListFilter):
    title = _("what happened")
    parameter_name = "act"

    def lookups(self, request, model_admin):
        return list(history_lines.WHAT_HAPPENED.items())

    def queryset(self, request, queryset):
        return queryset.filter(transition=self.value()) if self.value() else queryset


class ByChannel(admin.SimpleListFilter):
    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request, model_admin):
        return [(str(channel.value), channel.label) for channel in Channel]

    def queryset(self, request, queryset):
        known = {str(channel.value) for channel in Channel}
        return queryset.filter(channel=self.value()) if self.value() in known else queryset


@admin.register(DossierHistory)
class DossierHistoryAdmin(PolicyAdmin):
    """Every move of every dossier, for auditors: codes, roles and times, nothing of what a dossier contains."""

    read_key = "dossier.read_history"
    unit_path = "receiving_unit"
    agency_path = "handling_agency"
    list_display = ["code", "act", "states", "at", "role", "where"]
    list_display_links = None
    list_filter = [WhatHappened, ByChannel]
    list_select_related = ["dossier", "grant", "handling_agency"]
    search_fields = ["dossier__code"]
    ordering = ["-pk"]

    def get_urls(self):
        return [url for url in super().get_urls() if (url.name or "").endswith("_changelist")]

    def lookup_allowed(self, lookup, value, request=None):
        """Nothing but the filters of the page: probing for applicants through the address leads nowhere."""
        return False

    @admin.display(description=_("code"))
    def code(self, row):
        return row.dossier.code

    @admin.display(description=_("what happened"))
    def act(self, row):
        return history_lines.WHAT_HAPPENED.get(row.transition, row.transition)

    @admin.display(description=_("state"))
    def states(self, row):
        source, target = State(row.source).label, State(row.target).label
        return target if row.source == row.target else f"{source} → {target}"

    @admin.display(description=_("who"))
    def role(self, row):
        return (
            row.grant.get_role_display() if row.grant_id else gettext("the applicant or the portal")
        )

    @admin.display(description=_("agency"))
    def where(self, row):
        return row.handling_agency


def desk_section(request):
    """The desk of whoever works with dossiers, for the first page of the admin."""
    if not PolicyAdmin.holds(request.user, DossierAdmin.read_key):
        return ""
    context = {
        **listing.context(request),
        "may_file": PolicyAdmin.holds(request.user, DossierAdmin.add_key),
    }
    return render_to_string("admin/dossiers/desk.html", context, request=request)


slots.fill("desk.home", desk_section)
