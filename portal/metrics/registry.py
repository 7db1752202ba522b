"""The official metrics: one declaration each, in ``definitions/``, found here by code and day."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from importlib import import_module
from pkgutil import iter_modules

from django.utils.translation import gettext_lazy as _

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
    PAYMENTS = _("payments")
    VND = _("VND")


@dataclass(frozen=True)
class Reading:
    """One figure: a count or a sum, or two of them and their ratio."""

    numerator: int
    denominator: int | None = None

    @property
    def share(self):
        """The ratio as an exact fraction; ``None`` where nothing is there to be a share of."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Metric:
    """One official figure. ``since`` is the first day of the periods' last days that this version is for."""

    code: str
    name: str
    short: str  # heads a column
    unit: Unit
    numerator: Term
    counts: str  # what the numerator is, in a sentence
    excludes: str
    source: str
    certainty: str
    since: date
    denominator: Term | None = None
    out_of: str = ""  # what the denominator is, in a sentence

    def __post_init__(self):
        if self.certainty not in CERTAINTY:
            raise ValueError(f"{self.code}: no certainty is called {self.certainty!r}")
        if (self.unit is Unit.PERCENT) != (self.denominator is not None):
            raise ValueError(f"{self.code}: a percentage, and nothing else, has a denominator")

    @property
    def sides(self):
        """``{side: term}`` of what can be listed."""
        sides = {NUMERATOR: self.numerator, DENOMINATOR: self.denominator}
        return {side: term for side, term in sides.items() if term is not None}

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


def metrics(day=None):
    """Every metric in the version in force on ``day`` (today), in the order of the pages."""
    return [_in_force(versions, day or clock.today()) for versions in _versions.values()]


def metric(code, day=None):
    """One metric in the version in force on ``day`` (today). Raises ``NoSuchMetric``."""
    if code not in _versions:
        raise NoSuchMetric(code=code[:40])
    return _in_force(_versions[code], day or clock.today())


def all_versions():
    """Every version of every metric, for the page of methods."""
    return [version for versions in _versions.values() for version in versions]


def load_definitions():
    """Import every module of ``definitions/``; each declares its metrics."""
    for module in sorted(iter_modules(definitions.__path__), key=lambda found: found.name):
        import_module(f"{definitions.__name__}.{module.name}")


def _in_force(versions, day):
    """The newest version that had begun; before the first one there was no other."""
    begun = [version for version in versions if version.since <= day]
    return begun[-1] if begun else versions[0]
