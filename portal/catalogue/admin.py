"""The catalogue, to read: its content comes from files and is published, never typed here."""

from django.contrib import admin
from django.db.models import Q

from portal.catalogue.models import Eligibility, Offering, PublicService, ServiceVersion
from portal.workflow.admin import PolicyAdmin


class CatalogueAdmin(PolicyAdmin):
    """A list that system administrators read."""

    read_key = "system.administer"

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())


@admin.register(PublicService)
class PublicServiceAdmin(CatalogueAdmin):
    list_display = ["code", "name_vi", "field", "owner_ministry"]
    list_select_related = ["owner_ministry"]
    search_fields = ["code", "name_vi", "name_en"]
    fields = ["code", "name_vi", "name_en", "field", "agency_level", "owner_ministry", "audience"]


@admin.register(ServiceVersion)
class ServiceVersionAdmin(CatalogueAdmin):
    list_display = ["service", "number", "status", "published_at"]
    list_filter = ["status"]
    list_select_related = ["service"]
    search_fields = ["service__code", "service__name_vi"]
    fields = ["service", "number", "status", "content_sha256", "published_at"]


@admin.register(Offering)
class OfferingAdmin(CatalogueAdmin):
    list_display = ["service", "unit", "level", "valid_from", "valid_to"]
    list_filter = ["level"]
    list_select_related = ["service", "unit"]
    search_fields = ["service__code", "service__name_vi", "unit__name_vi"]
    fields = [
        "service",
        "unit",
        "handling_agency",
        "competent_agency",
        "level",
        "valid_from",
        "valid_to",
    ]


@admin.register(Eligibility)
class EligibilityAdmin(CatalogueAdmin):
    list_display = ["service", "eligible", "valid_from", "valid_to", "simulated"]
    list_filter = ["eligible"]
    list_select_related = ["service"]
    search_fields = ["service__code", "service__name_vi"]
    fields = ["service", "eligible", "valid_from", "valid_to", "simulated"]
