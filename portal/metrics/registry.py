"""The official metrics: one declaration each, in ``definitions/``, found here by code and day."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.metrics import definitions
from portal.metrics.errors import NoSuchMetric, NoSuchSide
from portal.metrics.terms import Term

NUMERATOR, DENOMINATOR = "numerator", "denominator"

# How certain a source is, as docs/sources.md marks it.
CERTAINTY = {
    "F": _("found in the source named"),
    "F2": _("found in secondary material only"),
    "R": _("recalled, not verified"),
    "D": _("derived from other facts"),
    "?": _("doubtful"),
}


class Unit(Enum):
    """What a figure is given in."""

    PERCENT = _("%")
    SERVICES = pgettext_lazy("unit", "services")
    DOSSIERS = pgettext_lazy("unit", "dossiers")
    REQUESTS = pgettext_lazy("unit", "requests")
    PAYMENTS = _("payments")
    VND = _("VND")
    MINUTES = pgettext_lazy("unit", "working time")
    PEOPLE = pgettext_lazy("unit", "people")
    ACCOUNTS = pgettext_lazy("unit", "accounts")
    ONE_DOOR_UNITS = pgettext_lazy("unit", "one-door units")


class Group(Enum):
    """What figures stand together on a page, in its order."""

    DOSSIERS = _("Dossiers received and in hand")
    TIME = _("Time")
    ENDS = _("Refused, withdrawn, stopped")
    SERVICES = _("Services offered")
    PAYMENTS = _("Online payment")
    PAPERS = _("Digital papers and results")
    SATISFACTION = _("Satisfaction")
    PEOPLE = _("People and units")


@dataclass(frozen=True)
class Reading:
    """One figure: a count or a sum, or two of them and their ratio."""

    numerator: int | None  # nothing where too few were counted to say
    denominator: int | None = None

    @property
    def share(self):
        """The ratio as an exact fraction; ``None`` where nothing is there to be a share of."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Metric:
    """One official figure. ``since`` is the first day of the periods' last days that this version is for.

    ``no_source`` says which register or system is missing; such a figure has no numerator, and pages give the sentence
    instead of a number.
    """

    code: str
    name: str
    short: str  # heads a column
    unit: Unit
    group: Group
    counts: str  # what the numerator is, in a sentence
    excludes: str
    source: str
    certainty: str
    since: date
    numerator: Term | None = None
    denominator: Term | None = None
    out_of: str = ""  # what the denominator is, in a sentence
    headline: bool = False  # at the top of pages and in their tables
    no_source: str = ""

    def __post_init__(self):
        if self.certainty not in CERTAINTY:
            raise ValueError(f"{self.code}: no certainty is called {self.certainty!r}")
        if (self.numerator is None) != bool(self.no_source):
            raise ValueError(f"{self.code}: a figure counts something, or says why it cannot")
        if self.numerator and (self.unit is Unit.PERCENT) != (self.denominator is not None):
            raise ValueError(f"{self.code}: a percentage, and nothing else, has a denominator")

    @cached_property
    def sides(self):
        """``{side: term}`` of what can be listed."""
        sides = {NUMERATOR: self.numerator, DENOMINATOR: self.denominator}
        return {side: term for side, term in sides.items() if term is not None}

    @cached_property
    def reads(self):
        """What of the figures it is made of: cell metrics, services on offer."""
        return frozenset().union(*(term.reads for term in self.sides.values()))

    @cached_property
    def is_kept(self):
        """Whether the rollup has all that it needs; otherwise it is counted when somebody asks (``on_demand.py``)."""
        return bool(self.sides) and all(term.is_kept for term in self.sides.values())

    @property
    def certainty_in_words(self):
        return CERTAINTY[self.certainty]

    def read(self, figures):
        """The reading among ``figures``."""
        if self.denominator is None:
            return Reading(self.numerator.value(figures))
        return Reading(self.numerator.value(figures), self.denominator.value(figures))

    def side(self, name):
        """The term of one side. Raises ``NoSuchSide``."""
        if name not in self.sides:
            raise NoSuchSide(code=self.code, side=name[:40])
        return self.sides[name]

    def meaning(self, name):
        """What one side counts, in a sentence."""
        return self.counts if name == NUMERATOR else self.out_of


_versions = {}  # code → versions, oldest first, in the order in which codes were declared


def declare(**fields):
    """Add one metric, or one more version of it. Raises ``ValueError`` if that version is there already."""
    metric = Metric(**fields)
    versions = _versions.setdefault(metric.code, [])
    if any(known.since == metric.since for known in versions):
        raise ValueError(f"two metrics are called {metric.code!r} since {metric.since}")
    versions.append(metric)
    versions.sort(key=lambda version: version.since)
    return metric


def declared(day=None):
    """Every metric in the version in force on ``day`` (today), without a source too, in the order of the pages."""
    day = day or clock.today()
    groups = list(Group)
    found = [_in_force(versions, day) for versions in _versions.values()]
    return sorted(found, key=lambda metric: groups.index(metric.group))


def metrics(day=None):
    """Those that are kept: every one of them is read from the same figures."""
    return [metric for metric in declared(day) if metric.is_kept]


def headlines(day=None):
    """Those at the top of pages and in their tables."""
    return [metric for metric in metrics(day) if metric.headline]


def reads(drawn):
    """What of the figures all of ``drawn`` are made of."""
    return frozenset().union(*(metric.reads for metric in drawn))


def metric(code, day=None):
    """One metric in the version in force on ``day`` (today). Raises ``NoSuchMetric``."""
    if code not in _versions:
        raise NoSuchMetric(code=code[:40])
    return _in_force(_versions[code], day or clock.today())


def all_versions():
    """Every version of every metric, group by group, for the page of methods."""
    groups = list(Group)
    found = [version for versions in _versions.values() for version in versions]
    return sorted(found, key=lambda version: groups.index(version.group))


def load_definitions():
    """Import every module of ``definitions/``; each declares its metrics."""
    for module in sorted(iter_modules(definitions.__path__), key=lambda found: found.name):
        import_module(f"{definitions.__name__}.{module.name}")


def _in_force(versions, day):
    """The newest version that had begun; before the first one there was no other."""
    begun = [version for version in versions if version.since <= day]
    return begun[-1] if begun else versions[0]
