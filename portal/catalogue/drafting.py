"""The verbs of people who write and publish versions of a service. Source of the two people: docs/decisions/0012."""

from django.db import transaction

from portal.agencies.models import Agency
from portal.catalogue import definitions
from portal.catalogue.errors import (
    DefinitionError,
    DraftClosed,
    DraftUnderWay,
    NothingChanged,
    UnknownMinistry,
)
from portal.catalogue.finding import index
from portal.catalogue.loading import save_services, state_eligibility
from portal.catalogue.models import PublicService, ServiceVersion, VersionState
from portal.catalogue.numbering import next_number
from portal.catalogue.versions import OPEN
from portal.errors import NotPermitted
from portal.workflow import allows, perform


@transaction.atomic
def begin(service, *, by) -> ServiceVersion:
    """A new draft with the content of the published version.

    Raises ``NotPermitted``, or ``DraftUnderWay`` while somebody works on one already.
    """
    service = PublicService.objects.select_for_update().get(pk=service.pk)
    return _new_draft(service, current_version(service).content, by=by)


@transaction.atomic
def bring_in(text, *, by, file) -> ServiceVersion:
    """A draft out of the TOML ``text`` of a service that may be new; ``file`` names it in refusals.

    Raises ``DefinitionError`` for what the catalogue refuses, ``UnknownMinistry``, ``NotPermitted``, ``DraftUnderWay``
    and ``NothingChanged``.
    """
    definition = definitions.from_text(text, file=file)
    owner = ministry_of(definition)
    service = PublicService.objects.select_for_update().filter(code=definition.code).first()
    if service is None:
        _require_drafting(ServiceVersion(service=PublicService(owner_ministry=owner)), by)
        save_services({definition.code: definition})
        service = PublicService.objects.get(code=definition.code)
    else:
        _require_difference(service, definition.content)
    return _new_draft(service, definition.content, by=by)


@transaction.atomic
def rewrite(version, text, *, by) -> ServiceVersion:
    """Give a draft another content. Raises what :func:`bring_in` raises, or ``DraftClosed``."""
    version = ServiceVersion.objects.select_for_update().get(pk=version.pk)
    if version.state != VersionState.DRAFT:
        raise DraftClosed()
    _require_drafting(version, by)
    file = f"{version.service.code}.toml"
    definition = definitions.from_text(text, file=file)
    if definition.code != version.service.code:
        raise DefinitionError(file=file, key="code", problem=f"{definition.code} ≠ {file}")
    version.content = definition.content
    version.content_sha256 = definitions.content_digest(definition.content)
    version.drafted_by = by
    version.save(update_fields=["content", "content_sha256", "drafted_by"])
    return version


def propose(version, *, note, by, seen=None):
    """Hand a draft over for publication. Raises ``NothingChanged`` or what the machine refuses with."""
    _require_difference(version.service, version.content)
    return perform(version, "propose", by=by, seen=seen, note=note)


@transaction.atomic
def publish(version, *, by, seen=None):
    """Publish a proposed version: new dossiers get it from now on, and search finds the service by its words.

    Raises what the machine refuses with. The service is locked first, so that numbers follow each other.
    """
    service = PublicService.objects.select_for_update().get(pk=version.service_id)
    number = version.number if _is_last(version) else next_number(service)
    move = perform(version, "publish", by=by, seen=seen, number=number)
    publish_words(service, version.definition)
    return move


def publish_words(service, definition):
    """What lists and search know of a service becomes what its new version says."""
    code = definition.code
    ministry_of(definition)
    save_services({code: definition})
    state_eligibility({code: service}, {code: definition})
    index.enter_many([(service, definition)])


def ministry_of(definition):
    """The ministry in charge. Raises ``UnknownMinistry``."""
    owner = Agency.objects.filter(code=definition.owner_ministry).first()
    if owner is None:
        raise UnknownMinistry(code=definition.owner_ministry)
    return owner


def current_version(service):
    """The version that new dossiers get, or ``None`` before the first publication."""
    return service.versions.filter(state=VersionState.PUBLISHED).order_by("-number").first()


def open_version(service):
    """The draft or proposal that somebody works on, or ``None``."""
    return service.versions.filter(state__in=OPEN).select_related("drafted_by").first()


def _new_draft(service, content, *, by):
    draft = ServiceVersion(
        service=service,
        number=next_number(service),
        content=content,
        content_sha256=definitions.content_digest(content),
        drafted_by=by,
    )
    _require_drafting(draft, by)
    if (other := open_version(service)) is not None:
        raise DraftUnderWay(number=other.number, who=other.drafted_by)
    draft.save()
    return draft


def _is_last(version):
    return next_number(version.service) == version.number + 1


def _require_drafting(version, by):
    permission = allows("catalogue.draft")
    if not permission(version, by):
        raise NotPermitted(transition="draft", who=permission.who())


def _require_difference(service, content):
    published = current_version(service)
    if published is not None and published.content_sha256 == definitions.content_digest(content):
        raise NothingChanged()
