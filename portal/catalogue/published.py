"""A public service as everybody may see it: with its newest published content."""

from portal.catalogue.errors import UnknownService
from portal.catalogue.models import PublicService, ServiceVersion


def published(code):
    """The service with this code and its published definition. Raises ``UnknownService``."""
    found = (
        PublicService.objects.filter(code=code)
        .with_current_version()
        .select_related("owner_ministry")
        .first()
    )
    if found is None or found.version_id is None:
        raise UnknownService(code=code)
    return found, ServiceVersion.objects.get(pk=found.version_id).definition
