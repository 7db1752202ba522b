"""Reasons at the desk: what officials may pick from when a dossier goes back."""

from django.contrib import admin
from django.db.models import Q

from portal.catalogue.models import Reason
from portal.workflow.admin import PolicyAdmin


@admin.register(Reason)
class ReasonAdmin(PolicyAdmin):
    """All of them or none, by policy. Code and kind are fixed once given: figures count by them."""

    read_key = add_key = change_key = "system.administer"
    list_display = ["code", "kind", "text_vi", "in_use"]
    list_filter = ["kind", "in_use"]
    search_fields = ["code", "text_vi", "text_en"]
    fields = ["code", "kind", "text_vi", "text_en", "in_use"]

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["code", "kind"]
