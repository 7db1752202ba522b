"""A public service as everybody may see it: with its newest published content, or with that of an earlier day."""

from portal.catalogue.errors import UnknownService
from portal.catalogue.models import PublicService, ServiceVersion


def published(code, *, at=None):
    """The service with this code and its published definition, now or ``at`` an instant. Raises ``UnknownService``."""
    found = (
        PublicService.objects.filter(code=code)
        .with_current_version(at=at)
        .select_related("owner_ministry")
        .first()
    )
    if found is None or found.version_id is None:
        raise UnknownService(code=code)
    return found, ServiceVersion.objects.get(pk=found.version_id).definition
