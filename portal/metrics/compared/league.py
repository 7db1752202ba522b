"""Ministries or provinces ranked by one figure, with how each rank changed since the period before."""

from dataclasses import dataclass, replace

from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.catalogue.folding import fold
from portal.metrics import rows
from portal.metrics.addresses import in_address, scorecard_address
from portal.metrics.compared import earlier, tops
from portal.metrics.compared.targets import target_of
from portal.metrics.tables import ENOUGH, Column, Shown
from portal.template_tags import cellbar
from portal.wording import number, numbers

ORDERS = ("rank", "name", "change", "counted")  # what a league may be sorted by


@dataclass(frozen=True)
class Place:
    """One line. ``rank`` is ``None`` where there is too little to rank; ties share a rank."""

    top: tops.Top
    figure: Shown
    href: str  # its scorecard
    rank: int | None = None
    rank_before: int | None = None
    meets: bool | None = None  # its target, where there is one

    @property
    def reading(self):
        return self.figure.reading

    @property
    def climbed(self):
        """Ranks won (or, below zero, lost) since the period before; ``None`` where either is unknown."""
        if self.rank is None or self.rank_before is None:
            return None
        return self.rank_before - self.rank

    @property
    def move(self):
        """The same in words."""
        if self.climbed is None:
            return _("no rank before") if self.rank else ""
        if self.climbed > 0:
            return _("▲ up {ranks}").format(ranks=number(self.climbed))
        if self.climbed < 0:
            return _("▼ down {ranks}").format(ranks=number(-self.climbed))
        return _("same rank")


@dataclass(frozen=True)
class League:
    places: list
    metric: object
    target: object
    before: object  # the period before, or None
    day: object  # whose tree it is

    @property
    def mark(self):
        """The target as a share; ``None`` without one."""
        return self.target.share if self.target else None

    @property
    def ranked(self):
        return [place for place in self.places if place.rank is not None]

    @property
    def rows(self):
        """The lines of the table, as HTML."""
        rate = numbers().rate
        return [_row(place, self.mark, rate) for place in self.places]

    @property
    def meeting(self):
        """How many meet the target."""
        return sum(bool(place.meets) for place in self.places)


def league(metric, period, kind, *, order="rank", day=None):
    """All of ``kind`` by ``metric`` in ``period``, drawn by the tree of ``day`` (by default the period's own)."""
    day = day or tops.tree_day(period)
    target = target_of(metric, period.as_of)
    before = earlier.preceding(period)
    asked = [period] if before is None else [period, before]
    found, *past = tops.read([kind], day, *asked, only=metric.reads)
    column = Column(metric, period)
    places = [_place(top, column, period, target) for top in found]
    known = {top.agency.pk: metric.read(top.figures) for then in past for top in then}
    earlier_ranks = ranks(known, metric)
    now = ranks({place.top.agency.pk: place.reading for place in places}, metric)
    placed = [
        replace(
            place,
            rank=now.get(place.top.agency.pk),
            rank_before=earlier_ranks.get(place.top.agency.pk),
        )
        for place in places
    ]
    return League(sorted(placed, key=KEYS[order]), metric, target, before, day)


def ranks(readings, metric):
    """``{key: rank}`` of those with enough to compare, the greatest share first; equal shares share a rank.

    Dossiers are not compared below thirty; services are, however few.
    """
    return ranked(
        {key: _value(reading) for key, reading in readings.items() if is_enough(reading, metric)}
    )


def ranked(values):
    """``{key: rank}``, the greatest value first; equal values share a rank."""
    places = {}
    for place, value in enumerate(sorted(values.values(), reverse=True), 1):
        places.setdefault(value, place)
    return {key: places[value] for key, value in values.items()}


def is_enough(reading, metric):
    """Whether there is enough to compare."""
    if metric.denominator is None:
        return reading.numerator > 0
    return reading.denominator >= (ENOUGH if metric.denominator.kind == "dossiers" else 1)


def _row(place, mark, rate):
    reading, figure = place.reading, place.figure
    if reading.share is None:
        bar = rows.no_data()
    else:
        percent = rate(reading.numerator, reading.denominator)
        too_few = f"{percent}, {_('too few dossiers to rank')}"
        bar = cellbar(percent, reading.share, mark) if place.rank else rows.quiet(too_few)
    counted = format_html("{} / {}", figure.numerator, figure.denominator)
    if place.meets:
        counted += format_html(' <span class="visually-hidden">{}</span>', _("meets the target"))
    return rows.ranked(
        place.rank,
        place.href,
        place.top.name,
        bar,
        counted,
        format_html('<td role="cell" class="move">{}</td>', place.move),
    )


def _place(top, column, period, target):
    figure = column.shown(top.figures, in_address(top.block_code))
    return Place(
        top,
        figure,
        scorecard_address(top.agency.code, period),
        meets=target.is_met_by(figure.reading) if target else None,
    )


def _value(reading):
    return reading.numerator if reading.denominator is None else reading.share


def _name(place):
    return fold(place.top.name)


def _rank(place):
    return (place.rank is None, place.rank or 0, _name(place))


KEYS = {
    "rank": _rank,
    "name": _name,
    "change": lambda place: (
        place.climbed is None,
        -(place.climbed or 0),
        *_rank(place),
    ),
    "counted": lambda place: (
        -(place.reading.denominator or place.reading.numerator),
        _name(place),
    ),
}
