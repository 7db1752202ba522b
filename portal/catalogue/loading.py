"""Bringing the service files into the database: services, their versions, who offers them, and eligibility.

Everything may be loaded again at any time. A published version never changes: a file that does gets a new version.
What officials changed in the portal stays: a unit that already offers a service keeps its own rows.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal import clock
from portal.agencies.differences import write_differences
from portal.agencies.loading import load_agencies
from portal.agencies.models import Agency
from portal.catalogue.definitions import content_digest, load_all
from portal.catalogue.finding import index
from portal.catalogue.finding.words import lines_of
from portal.catalogue.models import Eligibility, PublicService, ServiceVersion, VersionState
from portal.catalogue.offering_plan import FIRST_DAY, OfferingPlan
from portal.catalogue.reasons import load_reasons


@dataclass
class Loaded:
    """How many rows a load wrote; all zero when everything was there already."""

    agencies: int = 0
    services: int = 0
    versions: int = 0
    offerings: int = 0
    eligibilities: int = 0
    reasons: int = 0

    def __bool__(self):
        return any(vars(self).values())


@transaction.atomic
def load_catalogue(definitions=None) -> Loaded:
    """Load agencies and every service file (or the given ``definitions`` by code), in few statements.

    Raises ``DefinitionError`` for a file that the catalogue refuses; then nothing was written.
    """
    definitions = load_all() if definitions is None else definitions
    loaded = Loaded(agencies=load_agencies(), reasons=load_reasons())
    of_files = not_changed_by_people(definitions)
    loaded.services = save_services(of_files)
    services = {
        service.code: service for service in PublicService.objects.filter(code__in=definitions)
    }
    index.enter_many([(services[code], definition) for code, definition in of_files.items()])
    services_of_files = {code: services[code] for code in of_files}
    loaded.versions = publish_what_is_new(services_of_files, of_files)
    loaded.eligibilities = state_eligibility(services_of_files, of_files)
    plan = OfferingPlan()
    for code, definition in definitions.items():
        plan.offer(services[code], definition)
    loaded.offerings = plan.write()
    return loaded


def not_changed_by_people(definitions) -> dict:
    """Those of the ``definitions`` whose service nobody changed in the portal: of the others the files are behind."""
    of_people = ServiceVersion.objects.filter(
        state=VersionState.PUBLISHED, drafted_by__isnull=False
    )
    changed = set(of_people.values_list("service__code", flat=True))
    return {code: each for code, each in definitions.items() if code not in changed}


def save_services(definitions) -> int:
    """Bring the rows of the services to what their files say; returns how many were new or different."""
    ministries = dict(Agency.objects.tops().values_list("code", "pk"))
    wanted = {
        definition.code: {
            "code": definition.code,
            "name_vi": definition.name.vi,
            "name_en": definition.name.en,
            "field": definition.field.vi,
            "agency_level": definition.agency_level,
            "owner_ministry_id": ministries[definition.owner_ministry],
            "audience": " ".join(definition.audience),
            "field_en": definition.field.en,
            "life_events": list(definition.life_events),
            "highest_fee_vnd": definition.fee.highest_vnd(),
            "folded": lines_of(definition),
        }
        for definition in definitions.values()
    }
    return write_differences(PublicService, wanted, key="code")


def publish_what_is_new(services, definitions) -> int:
    """Publish the content of each file as the next version, unless the newest published one has it already."""
    newest, last_number = {}, {}
    for version in (
        ServiceVersion.objects.filter(service__in=services.values())
        .order_by("number")
        .defer("content")
    ):
        last_number[version.service_id] = version.number
        if version.state == VersionState.PUBLISHED:
            newest[version.service_id] = version.content_sha256
    new = []
    for code, service in services.items():
        content = definitions[code].content
        digest = content_digest(content)
        if newest.get(service.pk) == digest:
            continue
        new.append(
            ServiceVersion(
                service=service,
                number=last_number.get(service.pk, 0) + 1,
                state=VersionState.PUBLISHED,
                content=content,
                content_sha256=digest,
                published_at=clock.now() if service.pk in newest else beginning(),
            )
        )
    return len(ServiceVersion.objects.bulk_create(new))


def state_eligibility(services, definitions) -> int:
    """Record whether each service is eligible for level 4; an earlier statement ends where the new one begins."""
    open_rows = {
        row.service_id: row
        for row in Eligibility.objects.filter(service__in=services.values(), valid_to__isnull=True)
    }
    new, ended = [], []
    for code, service in services.items():
        eligible, before = definitions[code].full_process_eligible, open_rows.get(service.pk)
        if before is not None and before.eligible == eligible:
            continue
        begins = FIRST_DAY if before is None else clock.today()
        if before is not None:
            ended.append(before.pk)
        new.append(
            Eligibility(service=service, eligible=eligible, valid_from=begins, simulated=True)
        )
    Eligibility.objects.filter(pk__in=ended).update(valid_to=clock.today())
    return len(Eligibility.objects.bulk_create(new))


def beginning() -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time(), timezone.get_default_timezone())
