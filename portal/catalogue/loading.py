"""Bringing the service files into the database: services, their versions, who offers them, and eligibility.

Everything may be loaded again at any time. A published version never changes: a file that does gets a new version.
What officials changed in the portal stays: a unit that already offers a service keeps its own rows.
"""

import csv
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal import clock
from portal.agencies.loading import load_agencies, save_differences, sectors
from portal.agencies.models import Agency, Unit
from portal.catalogue.definitions import load_all
from portal.catalogue.finding import index
from portal.catalogue.finding.words import lines_of
from portal.catalogue.models import Eligibility, Offering, PublicService, ServiceVersion

FIRST_DAY = date(2022, 1, 1)  # from here on the loaded catalogue is in force
# unit,service,level,valid_from,valid_to: where a unit differs from the level in the service file
LEVELS = Path(__file__).parent / "data" / "unit_levels.csv"


@dataclass
class Loaded:
    """How many rows a load wrote; all zero when everything was there already."""

    agencies: int = 0
    services: int = 0
    versions: int = 0
    offerings: int = 0
    eligibilities: int = 0

    def __bool__(self):
        return any(vars(self).values())


@transaction.atomic
def load_catalogue(definitions=None) -> Loaded:
    """Load agencies and every service file (or the given ``definitions`` by code).

    Raises ``DefinitionError`` for a file that the catalogue refuses; then nothing was written.
    """
    definitions = load_all() if definitions is None else definitions
    loaded = Loaded(agencies=load_agencies())
    agencies = {agency.code: agency for agency in Agency.objects.select_related("parent", "root")}
    plan = OfferingPlan(agencies)
    for definition in definitions.values():
        service, is_new = save_service(definition, agencies[definition.owner_ministry])
        loaded.services += is_new
        loaded.versions += publish_if_new(service, definition)
        loaded.eligibilities += state_eligibility(service, definition.full_process_eligible)
        loaded.offerings += plan.offer(service, definition)
    return loaded


def save_service(definition, owner) -> tuple[PublicService, bool]:
    """The row of a service as its file has it, found by its words; and whether it was new or different."""
    wanted = {
        "name_vi": definition.name.vi,
        "name_en": definition.name.en,
        "field": definition.field.vi,
        "agency_level": definition.agency_level,
        "owner_ministry": owner,
        "audience": " ".join(definition.audience),
        "field_en": definition.field.en,
        "life_events": list(definition.life_events),
        "highest_fee_vnd": definition.fee.highest_vnd(),
        "folded": lines_of(definition),
    }
    service = PublicService.objects.filter(code=definition.code).first() or PublicService(
        code=definition.code
    )
    is_different = save_differences(service, wanted)
    index.enter(service, definition)
    return service, is_different


def publish_if_new(service, definition) -> bool:
    """Publish the content of a file as the next version, unless the newest version has it already."""
    digest = content_digest(definition.content)
    newest = (
        service.versions.filter(status=ServiceVersion.Status.PUBLISHED).order_by("-number").first()
    )
    if newest is not None and newest.content_sha256 == digest:
        return False
    last = service.versions.order_by("-number").values_list("number", flat=True).first() or 0
    ServiceVersion.objects.create(
        service=service,
        number=last + 1,
        status=ServiceVersion.Status.PUBLISHED,
        content=definition.content,
        content_sha256=digest,
        published_at=beginning() if newest is None else clock.now(),
    )
    return True


def content_digest(content) -> str:
    """SHA-256 of a service file's content in one canonical form."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def state_eligibility(service, eligible: bool) -> bool:
    """Record whether the service is eligible for level 4; an earlier statement ends where the new one begins."""
    open_row = service.eligibilities.filter(valid_to__isnull=True).first()
    if open_row is not None and open_row.eligible == eligible:
        return False
    begins = FIRST_DAY
    if open_row is not None:
        begins = clock.today()
        open_row.valid_to = begins
        open_row.save(update_fields=["valid_to"])
    Eligibility.objects.create(
        service=service, eligible=eligible, valid_from=begins, simulated=True
    )
    return True


class OfferingPlan:
    """Who offers what: every one-door unit whose agency has the level and the field of a service."""

    def __init__(self, agencies):
        self.units = list(Unit.objects.select_related("agency__parent", "agency__root"))
        self.already = set(Offering.objects.values_list("unit_id", "service_id"))
        self.exceptions = defaultdict(list)
        for row in read_unit_levels():
            self.exceptions[row["unit"], row["service"]].append(row)
        self.departments = {
            (agency.parent_id, sectors()[code]): agency
            for code, agency in agencies.items()
            if code in sectors()
        }

    def offer(self, service, definition) -> int:
        """Create the offerings of ``service`` that are not there yet; returns how many rows."""
        offerings = []
        for unit in self.units:
            handler = self.handler(unit.agency, definition)
            if handler is None or (unit.pk, service.pk) in self.already:
                continue
            for level, begins, ends in self.levels(unit, definition):
                offerings.append(
                    Offering(
                        service=service,
                        unit=unit,
                        handling_agency=handler,
                        competent_agency=competent(handler),
                        level=level,
                        valid_from=begins,
                        valid_to=ends,
                    )
                )
        Offering.objects.bulk_create(offerings)
        return len(offerings)

    def handler(self, agency, definition):
        """The agency that handles the service for a unit of ``agency``; ``None`` where that unit does not offer it."""
        if agency.kind == Agency.Kind.DEPARTMENT:
            is_of_field = sectors().get(agency.code) == definition.owner_ministry
            return agency if is_of_field and agency.parent.kind == definition.agency_level else None
        if agency.kind != definition.agency_level:
            return None
        return self.departments.get((agency.pk, definition.owner_ministry), agency)

    def levels(self, unit, definition):
        """``(level, from, to)`` of the unit's rows: those of ``unit_levels.csv``, else the level of the file."""
        rows = self.exceptions.get((unit.code, definition.code))
        if not rows:
            return [(definition.level, FIRST_DAY, None)]
        return [
            (
                int(row["level"]),
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in rows
        ]


def competent(handler):
    """Who answers for the decision: a provincial or ministerial department itself, else the People's Committee."""
    above = handler.parent
    answers_itself = above is not None and above.kind in (
        Agency.Kind.PROVINCE,
        Agency.Kind.MINISTRY,
    )
    return handler if answers_itself else handler.root


def read_unit_levels():
    with LEVELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def beginning() -> datetime:
    return datetime.combine(FIRST_DAY, datetime.min.time(), timezone.get_default_timezone())
