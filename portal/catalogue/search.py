"""Finding a public service by the words people use, narrowed by level, field, agency, fee, audience or life event."""

from dataclasses import dataclass
from functools import cached_property
from unicodedata import category

from portal import clock
from portal.agencies.models import Agency
from portal.catalogue.finding import narrowing
from portal.catalogue.finding.hits import Hits, hits
from portal.catalogue.levels import LEVELS
from portal.catalogue.models import PublicService, ServiceVersion, VersionState
from portal.catalogue.service_files import AUDIENCES, LIFE_EVENTS
from portal.catalogue.words import Words

LONGEST_QUERY = 100  # characters
EXAMPLES_OF_AN_EVENT = 3
NO_LIMIT_VND = 2**62
# The most a service may cost, by the choice that asks for it: from … to, in VND, both included.
FEES = {
    "free": (0, 0),
    "paid": (1, NO_LIMIT_VND),
    "low": (1, 100_000),
    "middle": (100_001, 1_000_000),
    "high": (1_000_001, NO_LIMIT_VND),
}


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Anything that is no possible value is left out, never an error."""

    words: str = ""
    levels: tuple[int, ...] = ()
    field: str = ""
    agency: Agency | None = None
    audience: str = ""
    event: str = ""
    fee: str = ""

    @classmethod
    def from_query(cls, query):
        """What the query string of the search page asks for."""
        levels = {int(level) for level in query.getlist("level") if level in map(str, LEVELS)}

        def one_of(name, allowed):
            return query.get(name, "") if query.get(name) in allowed else ""

        return cls(
            words=typed_text(query.get("q", "")),
            levels=tuple(sorted(levels)),
            field=query.get("field", "")[:120].replace("\0", ""),
            agency=top_agency(query.get("agency", "")),
            audience=one_of("audience", AUDIENCES),
            event=one_of("event", LIFE_EVENTS),
            fee=one_of("fee", FEES),
        )

    @property
    def is_narrowed(self):
        return bool(
            self.levels or self.field or self.agency or self.audience or self.event or self.fee
        )

    @cached_property
    def hits(self) -> Hits | None:
        """What fits the words; ``None`` where nothing was typed."""
        return hits(self.words) if self.words else None


def typed_text(text: str) -> str:
    """What was typed, as far as it can be words."""
    return " ".join(shown_text(text).split())


def shown_text(text: str) -> str:
    """No more of ``text`` than a query may hold, without what nobody sees (controls, zero width, directions)."""
    return "".join(
        mark if mark.isprintable() else "" if category(mark) == "Cf" else " "
        for mark in text[:LONGEST_QUERY]
    )


def top_agency(code):
    """The ministry or province with this code, or ``None``."""
    if not code.isalnum():
        return None
    return Agency.objects.tops().filter(code=code).first()


def by_codes(codes) -> list[tuple[ServiceVersion, int]]:
    """``(version, level)`` of the services with these codes that are published and on offer today."""
    known = list(PublicService.objects.filter(code__in=codes).values_list("pk", flat=True))
    choices = choices_of(Wanted(), known)
    return with_versions(narrowing.page(choices, limit=len(known), offset=0))


class Results:
    """The services wanted, the closest first; a list for a paginator, which never reads more than one page of it."""

    def __init__(self, wanted: Wanted):
        self.choices = choices_of(wanted, wanted.hits and wanted.hits.services)

    def __len__(self):
        return self.counts["all"][0].services

    def __getitem__(self, part):
        """``(version, level)`` of one page: the newest published version with its service."""
        rows = narrowing.page(self.choices, limit=part.stop - part.start, offset=part.start)
        return with_versions(rows)

    @cached_property
    def counts(self) -> dict[str, list[narrowing.Count]]:
        """How many services each choice would show."""
        return narrowing.counts(self.choices)


def choices_of(wanted: Wanted, services: list[int] | None) -> dict:
    """What the statements of :mod:`narrowing` ask for; ``services`` ``None``: any."""
    lowest, highest = FEES.get(wanted.fee, (0, NO_LIMIT_VND))
    return {
        "day": clock.today(),
        "hits": services,
        "levels": list(wanted.levels),
        "field": wanted.field,
        "agency": wanted.agency and wanted.agency.pk,
        "audience": wanted.audience,
        "event": wanted.event,
        "fee_from": lowest,
        "fee_to": highest,
        "fees": list(FEES),
        "fees_from": [lowest for lowest, _highest in FEES.values()],
        "fees_to": [highest for _lowest, highest in FEES.values()],
    }


def with_versions(rows) -> list[tuple[ServiceVersion, int]]:
    """``(service, level)`` rows with the newest published version, its service read with it."""
    versions = (
        ServiceVersion.objects.filter(
            service__in=[pk for pk, _level in rows], state=VersionState.PUBLISHED
        )
        .select_related("service")
        .order_by("service_id", "-number")
        .distinct("service_id")
    )
    newest = {version.service_id: version for version in versions}
    return [(newest[pk], level) for pk, level in rows]


def names_by_event() -> dict[str, list[Words]]:
    """A few names of services for each life event."""
    names: dict[str, list[Words]] = {}
    for event, *name in narrowing.examples_by_event(clock.today(), EXAMPLES_OF_AN_EVENT):
        names.setdefault(event, []).append(Words(*name))
    return names
