"""The catalogue, to read: its content comes from files and is published, never typed here."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.catalogue.models import Offering, PublicService, ServiceVersion
from portal.workflow.admin import PolicyAdmin, shown

SERVICE = shown("service", _("public service"))
UNIT = shown("unit", _("one-door unit"))
MINISTRY = shown("owner_ministry", _("ministry in charge"))
NUMBER = shown("number", _("version"))
STATUS = shown("status", _("status"))
PUBLISHED = shown("published_at", _("published"))
DIGEST = shown("content_sha256", _("digest of the content"))
HANDLES = shown("handling_agency", _("handled by"))
COMPETENT = shown("competent_agency", _("competent agency"))


class CatalogueAdmin(PolicyAdmin):
    """A list that system administrators read."""

    read_key = "system.administer"

    def rows_for(self, user):
        return Q() if self.holds(user, self.read_key) else Q(pk__in=())


@admin.register(PublicService)
class PublicServiceAdmin(CatalogueAdmin):
    list_display = ["code", "name_vi", "field", MINISTRY]
    list_select_related = ["owner_ministry"]
    search_fields = ["code", "name_vi", "name_en"]
    fields = readonly_fields = ["code", "name_vi", "name_en", "field", MINISTRY]


@admin.register(ServiceVersion)
class ServiceVersionAdmin(CatalogueAdmin):
    list_display = [SERVICE, NUMBER, STATUS, PUBLISHED]
    list_select_related = ["service"]
    search_fields = ["service__code", "service__name_vi"]
    fields = readonly_fields = [SERVICE, NUMBER, STATUS, PUBLISHED, DIGEST]


@admin.register(Offering)
class OfferingAdmin(CatalogueAdmin):
    list_display = [SERVICE, UNIT, "level", "valid_from", "valid_to"]
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
