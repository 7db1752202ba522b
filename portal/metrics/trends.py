"""Figures month by month: the charts of a page, what they say in a heading, and their tables."""

import calendar
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from portal import charts
from portal.metrics import periods
from portal.metrics.counting import COMPLETED, RECEIVED
from portal.metrics.figures import Figures, read_by_month
from portal.metrics.registry import metric
from portal.metrics.tables import ENOUGH, Row, Table, shown
from portal.wording import number, percent

MONTHS = 12
DRAWN = [RECEIVED, *COMPLETED.values()]  # the cell metrics of the charts
CSS = ("ch-line", "ch-line2")  # the subject, and what it is compared with


@dataclass(frozen=True)
class Line:
    """Whose figures are drawn: a group of the cut, the block its lists name, its name, and a short one to draw."""

    group: object
    block_code: str
    name: str
    short: str


@dataclass(frozen=True)
class Trend:
    """One chart with its heading and table; ``chart`` is ``None`` where there are not enough dossiers."""

    heading: str
    chart: charts.Chart | None
    table: Table


def read(period, cut, only=None):
    """``(months, {(group, first day): Figures})`` of the twelve months up to the last day of ``period``.

    Months before the first with figures are left out. ``only`` names the cell metrics wanted, if not all are.
    """
    months = [_month(first, period.as_of) for first in periods.months_until(period.as_of, MONTHS)]
    months = [month.seen_at(period.instant) for month in months if month is not None]
    counted = read_by_month(replace(period, first=months[0].first, last=months[-1].last), cut, only)
    begun = [first for _group, first in counted]
    return [month for month in months if begun and month.first >= min(begun)], counted


def on_time(months, counted, lines, *, key="on-time"):
    """The share completed early or on time, one line each for up to two ``lines``."""
    drawn = metric("dossiers-on-time")
    shares = [[_share(drawn, counted, line.group, month) for month in months] for line in lines]
    table = _table(
        _("Dossiers completed early or on time, by month"), drawn, months, counted, lines
    )
    told = [
        (line, points, css)
        for line, points, css in zip(lines, shares, CSS, strict=False)
        if sum(point is not None for point in points) >= 2
    ]
    if not told:
        return Trend(_("Completed early or on time, by month"), None, table)
    changes = [_change(line.name, points, months) for line, points, _css in told]
    series = tuple(
        charts.Series(
            css,
            tuple(None if point is None else round(float(point) * 100, 2) for point in points),
            f"{line.short} {percent(_last(points))}",
        )
        for line, points, css in told
    )
    title = _("Share of dossiers completed early or on time by month. {changes}").format(
        changes=" ".join(changes)
    )
    return Trend(
        changes[0].rstrip("."), charts.lines(series, _labels(months), title=title, key=key), table
    )


def received(months, counted, line, *, key="received"):
    """Dossiers received each month: online, and at the counter or by post."""
    drawn = metric("dossiers-online")
    readings = [drawn.read(counted.get((line.group, month.first), Figures())) for month in months]
    table = _table(_("Dossiers received, by month"), drawn, months, counted, [line])
    online = sum(reading.numerator for reading in readings)
    total = sum(reading.denominator for reading in readings)
    if total < ENOUGH:
        return Trend(_("Dossiers received, by month"), None, table)
    heading = _("{online} of {total} dossiers came online").format(
        online=number(online), total=number(total)
    )
    series = (
        charts.Series("ch-val", tuple(reading.numerator for reading in readings)),
        charts.Series(
            "ch-low", tuple(reading.denominator - reading.numerator for reading in readings)
        ),
    )
    title = _(
        "{name}, dossiers received by month from {first} to {last}: {online} of {total} online."
    ).format(
        name=line.name,
        first=_label(months[0]),
        last=_label(months[-1]),
        online=number(online),
        total=number(total),
    )
    return Trend(heading, charts.stacked_bars(series, _labels(months), title=title, key=key), table)


def _month(first, as_of):
    """The month that begins on ``first``, up to ``as_of``; ``None`` where no figures can be asked for."""
    if first < periods.EARLIEST:
        return None
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return periods.month_of(first) if last <= as_of else periods.between(first, as_of)


def _share(drawn, counted, group, month):
    reading = drawn.read(counted.get((group, month.first), Figures()))
    return reading.share if reading.denominator >= ENOUGH else None


def _table(caption, drawn, months, counted, lines):
    table = Table(caption, _("Month"), [line.name for line in lines])
    for month in months:
        table.rows.append(
            Row(
                _label(month),
                [
                    shown(
                        drawn,
                        counted.get((line.group, month.first), Figures()),
                        month,
                        line.block_code,
                        column=line.name,
                    )
                    for line in lines
                ],
            )
        )
    return table


def _change(name, points, months):
    """How a share changed from its first drawn month to its last, in a sentence."""
    drawn = [
        (month, point) for month, point in zip(months, points, strict=True) if point is not None
    ]
    (since, first), (until, last) = drawn[0], drawn[-1]
    gained = round(float(last - first) * 100, 1)
    words = {"name": name, "since": _label(since), "until": _label(until), "share": percent(last)}
    if gained > 0:
        sentence = _("{name}: on time up {points} points from {since} to {until}, now {share}.")
    elif gained < 0:
        sentence = _("{name}: on time down {points} points from {since} to {until}, now {share}.")
    else:
        sentence = _("{name}: on time unchanged from {since} to {until}, at {share}.")
    return sentence.format(points=number(abs(gained), 1), **words)


def _last(points):
    return next(point for point in reversed(points) if point is not None)


def _label(month):
    return f"{month.first.month}/{month.first.year}"


def _labels(months):
    """The year beside the first month and each January."""
    return tuple(
        _label(month) if place == 0 or month.first.month == 1 else str(month.first.month)
        for place, month in enumerate(months)
    )
