"""Targets that were announced, each with its day and source: ``data/targets.csv``. Published, not derived."""

import csv
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.metrics import registry
from portal.metrics.errors import NoSuchMetric
from portal.wording import VIETNAMESE, number, spoken

FILE = Path(__file__).parent / "data" / "targets.csv"


@dataclass(frozen=True)
class Target:
    """``share`` is to be reached by the day ``by`` (``None``: no day was named). ``metrics``: the first that exists."""

    code: str
    metrics: tuple
    share: Fraction
    by: date | None
    certainty: str
    source: str
    source_vi: str
    en: str
    vi: str

    @property
    def name(self):
        return self.vi if spoken() == VIETNAMESE else self.en

    @property
    def announced_in(self):
        """The source in the reader's language."""
        return self.source_vi if spoken() == VIETNAMESE else self.source

    @property
    def percent(self):
        """Targets are whole: “80%”."""
        return f"{number(self.share * 100)}%"

    @property
    def certainty_in_words(self):
        return registry.CERTAINTY[self.certainty]

    def metric(self, day):
        """The figure that measures it, in the version of ``day``; ``None`` while there is no source."""
        return first_with_source(self.metrics, day)

    def is_met_by(self, reading):
        """Whether; ``None`` where there is no data."""
        if reading is None or not reading.denominator:
            return None
        # In whole numbers: a page asks it of every ministry and province for each target.
        return (
            reading.numerator * self.share.denominator >= self.share.numerator * reading.denominator
        )

    def in_words(self, reading):
        """Whether a reading meets it, and if not, how far it is."""
        if (is_met := self.is_met_by(reading)) is None:
            return _("no data")
        if is_met:
            return pgettext("target", "met")
        points = number((self.share - reading.share) * 100, 1)
        return _("%(points)s points short") % {"points": points}


@cache
def targets():
    """All of them, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_target(row) for row in csv.DictReader(file))


def target_of(metric, day):
    """The target of a figure that is next to come on ``day``, else the last that was due, else ``None``."""
    own = [each for each in targets() if each.by and each.metric(day) == metric]
    ahead = [each for each in own if each.by >= day]
    return min(ahead, key=_by) if ahead else max(own, key=_by, default=None)


def first_with_source(codes, day):
    """The first of these metrics that is declared and has a source; ``None`` while none is."""
    for code in codes:
        try:
            found = registry.metric(code, day)
        except NoSuchMetric:
            continue
        if has_source(found):
            return found
    return None


def has_source(metric):
    """Whether it can be counted among others: a figure may be declared before its register exists."""
    return metric.is_kept


def _by(target):
    return target.by


def _target(row):
    return Target(
        code=row["code"],
        metrics=tuple(row["metrics"].split()),
        share=Fraction(int(row["percent"]), 100),
        by=date.fromisoformat(row["by"]) if row["by"] else None,
        **{key: row[key] for key in ("certainty", "source", "source_vi", "en", "vi")},
    )
