"""Blocks of the figures: whose figures. Wide ones, one agency with everything below it, or a cut across agencies.

========================  =====================================================================
``nation``                everybody; ``ministries`` and ``provinces`` are its two halves
``H17``, ``H17:own``      one agency with everything below it; the agency alone
``H17@2025-07-01``        a ministry or province with those that it had succeeded by that day
``region:southeast``      the provinces of a region
``unit:H17.01``           what one one-door unit received
``service:1.001193``      one service, wherever it is offered
``field:ho-tich``         all services of a field
========================  =====================================================================
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.agencies.models import Agency, Unit
from portal.agencies.succession import tops_on
from portal.catalogue.folding import fold
from portal.catalogue.models import PublicService
from portal.metrics.errors import NoSuchBlock, NoSuchCut, NotKeptSo


@dataclass(frozen=True)
class Block:
    """Some agencies, under one name. ``code`` is what an address says."""

    code: str
    name: str

    def where(self, prefix):
        """The condition for a queryset whose agency is at ``prefix``, for example ``handling_agency``."""
        return Q()

    def narrow(self, rows):
        """Those of ``rows`` that belong here, where the agency alone does not tell (:class:`ListedBlock`)."""
        return rows


@dataclass(frozen=True)
class KindBlock(Block):
    """All ministries, or all provinces, each with what is below it."""

    kind: str

    def where(self, prefix):
        return Q(**{f"{prefix}__top__kind": self.kind})


@dataclass(frozen=True)
class AgencyBlock(Block):
    """One agency and everything below it, as the tree is drawn today; or (``H17:own``) the agency alone."""

    agency: Agency
    below: tuple = field(repr=False)  # rows (key, key of the parent) of the agency and all below it

    @property
    def is_top(self):
        """Whether it is a ministry or province with everything below it."""
        return self.agency.top_id == self.agency.pk and not self.code.endswith(ALONE)

    @property
    def keys(self):
        return [key for key, _parent in self.below]

    @property
    def parts(self):
        """``{agency: agency directly below this one that it belongs to}``; this one belongs to itself."""
        own = self.agency.pk
        parents = dict(self.below)
        found = {own: own}

        def part(key):
            if key not in found:
                found[key] = key if parents[key] == own else part(parents[key])
            return found[key]

        return {key: part(key) for key in self.keys}

    @property
    def alone(self):
        """The agency without what is below it."""
        name = gettext("{name}, without the agencies below it").format(name=self.name)
        own = tuple(row for row in self.below if row[0] == self.agency.pk)
        return AgencyBlock(self.code + ALONE, name, self.agency, own)

    def where(self, prefix):
        return Q(**{f"{prefix}__in": self.keys})


@dataclass(frozen=True)
class TopsBlock(Block):
    """Some ministries or provinces, each with everything below it: a region, or one with those it succeeded."""

    keys: tuple

    def where(self, prefix):
        return Q(**{f"{prefix}__top__in": self.keys})


@dataclass(frozen=True)
class ListedBlock(Block):
    """A cut that the rollup does not keep: one unit, one service, one field. Its figures are counted from lists.

    ``ways`` are the paths by which a model may lead to what is asked for, the nearest first; ``value`` is that.
    """

    ways: tuple
    value: object

    def narrow(self, rows):
        """Raises ``NotKeptSo`` for rows that know nothing of it."""
        fields = {each.name for each in rows.model._meta.get_fields()}
        for way in self.ways:
            if way.split("__")[0] in fields:
                return rows.filter(**{way: self.value})
        raise NotKeptSo(name=self.name)


ALONE = ":own"  # after the code of an agency: without what is below it

NATION = Block("nation", _("Whole country"))
MINISTRIES = KindBlock("ministries", _("Ministries"), Agency.Kind.MINISTRY)
PROVINCES = KindBlock("provinces", _("Provinces and cities"), Agency.Kind.PROVINCE)
WIDE = {block.code: block for block in (NATION, MINISTRIES, PROVINCES)}

# The agency of a code, with the rows (key, key of the parent) of itself and of all that is below it.
WITH_ALL_BELOW = """
WITH RECURSIVE below AS (
    SELECT id, parent_id FROM agencies_agency WHERE code = %s
    UNION ALL
    SELECT agency.id, agency.parent_id
    FROM agencies_agency AS agency JOIN below ON agency.parent_id = below.id
)
SELECT own.*, (SELECT array_agg(ARRAY[id, parent_id]) FROM below) AS below FROM agencies_agency AS own WHERE code = %s
"""


def block(code):
    """The block that ``code`` names. Raises ``NoSuchBlock`` or one of its kinds."""
    kind, _colon, rest = code.partition(":")
    if code in WIDE:
        return WIDE[code]
    if "\0" in code:  # PostgreSQL knows no text with a zero byte
        raise NoSuchBlock(code=code.replace("\0", "")[:40])
    if kind in CUTS:
        return CUTS[kind](rest)
    if code.endswith(ALONE):
        return agency_block(code.removesuffix(ALONE)).alone
    if "@" in code:
        return _with_predecessors(code)
    return agency_block(code)


def agency_block(code):
    """One agency and everything below it. Raises ``NoSuchBlock``."""
    if "\0" in code:  # PostgreSQL knows no text with a zero byte
        raise NoSuchBlock(code=code.replace("\0", "")[:40])
    found = next(iter(Agency.objects.raw(WITH_ALL_BELOW, [code, code])), None)
    if found is None:
        raise NoSuchBlock(code=code[:40])
    if found.top_id == found.pk:
        found.top = found
    return AgencyBlock(found.code, found.name, found, tuple(map(tuple, found.below)))


def region(name):
    """The provinces of a region by its English name (``Southeast``) or the beginning of its address (``southeast``)."""
    rows = Agency.objects.filter(kind=Agency.Kind.PROVINCE).values_list("pk", "region")
    keys = tuple(key for key, of in rows if of and slug(of) == slug(name))
    if not keys:
        raise NoSuchCut(code=name[:40])
    named = next(of for key, of in rows if key in keys)
    return TopsBlock(f"region:{slug(named)}", REGIONS.get(named, named), keys)


def unit(code):
    """What one one-door unit received, whoever handled it."""
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise NoSuchCut(code=code[:40])
    return ListedBlock(f"unit:{found.code}", found.name, UNIT_WAYS, found)


def service(code):
    """One service, wherever it is offered."""
    found = PublicService.objects.filter(code=code).first()
    if found is None:
        raise NoSuchCut(code=code[:40])
    return ListedBlock(f"service:{found.code}", found.name, SERVICE_WAYS, found)


def field_of_services(name):
    """All services of a field, by its name (``Hộ tịch``) or as addresses write it (``ho-tich``)."""
    rows = PublicService.objects.values_list("field", "field_en").distinct()
    for vietnamese, english in rows:
        if slug(vietnamese) == slug(name):
            shown = english if english and get_language() == "en" else vietnamese
            return ListedBlock(f"field:{slug(vietnamese)}", shown, FIELD_WAYS, vietnamese)
    raise NoSuchCut(code=name[:40])


def slug(name):
    """A name as addresses write it: ``Bắc Bộ`` → ``bac-bo``."""
    return fold(name).replace(" ", "-")


def _with_predecessors(code):
    """``H17@2025-07-01``: a ministry or province and whoever it had succeeded by that day."""
    top, _at, text = code.partition("@")
    heir = agency_block(top)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NoSuchBlock(code=code[:40]) from None
    keys = tuple(key for key, answers in tops_on(day).items() if answers == heir.agency.pk)
    return TopsBlock(f"{heir.code}@{day.isoformat()}", heir.name, keys)


REGIONS = {
    "Northern Midlands and Mountains": _("Northern midlands and mountains"),
    "Red River Delta": _("Red River Delta"),
    "North Central and Central Coast": _("North Central and Central Coast"),
    "Central Highlands": _("Central Highlands"),
    "Southeast": _("Southeast"),
    "Mekong River Delta": _("Mekong River Delta"),
}
UNIT_WAYS = (
    "receiving_unit",
    "unit",
    "dossier__receiving_unit",
    "attempt__dossier__receiving_unit",
)
SERVICE_WAYS = ("service", "version__service", "dossier__service", "attempt__dossier__service")
FIELD_WAYS = tuple(f"{way}__field" for way in SERVICE_WAYS)
CUTS = {"region": region, "unit": unit, "service": service, "field": field_of_services}
