"""Finding a public service by the words people use, narrowed by level, field, agency, audience or life event."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When

from portal import clock
from portal.agencies.models import Agency
from portal.catalogue.finding.hits import hits
from portal.catalogue.folding import fold, folded_words
from portal.catalogue.levels import LEVELS
from portal.catalogue.models import Offering, PublicService, ServiceVersion
from portal.catalogue.service_files import AUDIENCES, LIFE_EVENTS

LONGEST_QUERY = 100  # characters


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Anything that is no possible value is left out, never an error."""

    words: str = ""
    levels: tuple[int, ...] = ()
    field: str = ""
    agency: Agency | None = None
    audience: str = ""
    event: str = ""

    @classmethod
    def from_query(cls, query):
        """What the query string of the search page asks for."""
        levels = {int(level) for level in query.getlist("level") if level in map(str, LEVELS)}
        audience, event = query.get("audience", ""), query.get("event", "")
        return cls(
            words=" ".join(query.get("q", "")[:LONGEST_QUERY].replace("\0", " ").split()),
            levels=tuple(sorted(levels)),
            field=query.get("field", "")[:120].replace("\0", ""),
            agency=top_agency(query.get("agency", "")),
            audience=audience if audience in AUDIENCES else "",
            event=event if event in LIFE_EVENTS else "",
        )

    @cached_property
    def hits(self):
        """What fits the words."""
        return hits(self.words)

    @property
    def is_narrowed(self):
        return bool(self.levels or self.field or self.agency or self.audience or self.event)


def top_agency(code):
    """The ministry or province with this code, or ``None``."""
    if not code.isalnum():
        return None
    return Agency.objects.tops().filter(code=code).first()


def found(wanted: Wanted):
    """The services wanted, the closest first, with ``level`` (the highest on offer) and ``version_id``."""
    services = narrowed(wanted)
    return services.filter(level__in=wanted.levels) if wanted.levels else services


def narrowed(wanted: Wanted):
    """As :func:`found`, of any level: what the counts beside the levels are taken from."""
    on_offer = Offering.objects.in_force(clock.today()).filter(service=OuterRef("pk"))
    if wanted.agency is not None:
        on_offer = on_offer.filter(handling_agency__top=wanted.agency)
    services = PublicService.objects.all()
    if wanted.words:
        services = services.filter(pk__in=wanted.hits.services)
    services = (
        services.annotate(level=Subquery(on_offer.order_by("-level").values("level")[:1]))
        .with_current_version()
        .filter(level__isnull=False, version_id__isnull=False)
    )
    if wanted.field:
        services = services.filter(field=wanted.field)
    if wanted.audience:
        services = services.filter(audience__contains=wanted.audience)
    if wanted.event:
        services = services.filter(life_events__contains=[wanted.event])
    return closest_first(services, wanted)


def closest_first(services, wanted):
    if not wanted.words:
        return services.order_by("name_vi", "code")
    order = {pk: place for place, pk in enumerate(wanted.hits.services)}
    whens = [When(pk=pk, then=Value(place)) for pk, place in order.items()]
    place = Case(*whens, default=Value(len(order)), output_field=IntegerField())
    return services.order_by(place)


def level_counts(wanted: Wanted) -> dict[int, int]:
    """How many services each level would show, whatever levels are chosen now."""
    counts = dict.fromkeys(LEVELS, 0)
    for level in narrowed(wanted).values_list("level", flat=True):
        counts[level] += 1
    return counts


def words_that_find(wanted: Wanted) -> list[str]:
    """The single words of a search without result that would find something: a way on."""
    words = dict.fromkeys(wanted.words.split())
    several = len(folded_words(wanted.words)) > 1
    return [word for word in words if several and fold(word) and hits(word).services]


def current_versions():
    """The newest published version of every service."""
    newest = (
        ServiceVersion.objects.filter(service=OuterRef("service"), state="published")
        .order_by("-number")
        .values("pk")[:1]
    )
    return ServiceVersion.objects.filter(pk=Subquery(newest)).order_by("service__code")


def fields_on_offer() -> list[tuple[str, str, str]]:
    """``(stored, Vietnamese, English)`` of every field that has a service."""
    pairs = {
        stored: (vietnamese, english)
        for stored, vietnamese, english in current_versions().values_list(
            "service__field", "content__field__vi", "content__field__en"
        )
    }
    return [(stored, *pair) for stored, pair in sorted(pairs.items())]


def agencies_on_offer():
    """Ministries and provinces of which some unit offers something today."""
    offering = Offering.objects.in_force(clock.today()).values("handling_agency__top")
    return Agency.objects.filter(pk__in=offering).order_by("kind", "code")
