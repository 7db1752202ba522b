"""Where figures come from: the rollup with its pending deltas serves the present, history serves the past.

Either gives SQL for FROM together with its parameters. A period that names an instant of the past (``period.instant``)
is counted again from history, from what was recorded in it up to that instant.
"""

from dataclasses import dataclass

from psycopg.types.numeric import Int8

from portal.metrics.cuts import Of
from portal.metrics.models import Resolution
from portal.metrics.recount import HISTORY
from portal.metrics.rollup import IN_SET, KIND, NUMBER, SETS
from portal.metrics.spans import cover

RESOLUTIONS = {
    Of.AGENCIES: {"years": Resolution.YEAR_AGENCY, "months": Resolution.MONTH_AGENCY},
    Of.TOPS: {
        "years": Resolution.YEAR_TOP,
        "months": Resolution.MONTH_TOP,
        "tens": Resolution.TEN_DAYS_TOP,
        "days": Resolution.DAY_TOP,
    },
    Of.KINDS: {
        "years": Resolution.YEAR_KIND,
        "months": Resolution.MONTH_KIND,
        "tens": Resolution.TEN_DAYS_KIND,
        "days": Resolution.DAY_KIND,
    },
}
BY_SERVICE = {"months": Resolution.MONTH_AGENCY_SERVICE}

# How the values of a column are sent. Small numbers as they are would be made “bigint” again for every row.
SENT = {"agency": ("bigint", Int8), "top": ("bigint", Int8), "metric": ("text", str)}

RULES = HISTORY.replace("%", "%%")  # as a statement with placeholders has it

# Whom rows of single agencies are of. Whoever has no top of its own in the tree stands for itself.
TOP = "COALESCE(own.top_id, {rows}.agency)"
PLACES = {Of.AGENCIES: "{rows}.agency", Of.TOPS: TOP, Of.KINDS: KIND.format(top="above")}
TREE = f"""
LEFT JOIN agencies_agency AS own ON own.id = {{rows}}.agency
LEFT JOIN agencies_agency AS above ON above.id = {TOP}"""


@dataclass(frozen=True)
class Source:
    """SQL of rows for FROM, in brackets, and what its placeholders stand for."""

    sql: str
    parameters: list


def cells(period, part, *, by_service=False, by_month=False, only=None):
    """Rows ``(agency, metric, channel, service, day, quantity, amount)`` that add up to what ``period`` counted.

    ``part`` is that of a cut and says of whom; only its ``keys`` are read. ``service`` is 0 unless ``by_service``.
    ``day`` is the first of whatever was added up; with ``by_month`` that is no longer than a month. ``only`` names the
    cell metrics wanted, if not all are.
    """
    if period.instant is not None:
        return _together([_narrowed(_of_history(period, part.of), agency=part.keys, metric=only)])
    years = not (by_month or by_service)
    alone = part.of is Of.AGENCIES
    spans = cover(period.first, period.last, years=years, tens=not alone)
    resolutions = BY_SERVICE if by_service else RESOLUTIONS[part.of]
    found = _sums(spans, resolutions)
    if spans.days and alone:
        found.append(_cells(spans.days))
    found.append(_deltas(period, part.of))
    return _together([_narrowed(each, agency=part.keys, metric=only) for each in found])


def services_in(name, period, keys=None):
    """Rows ``(top, number, services)``: the set ``name`` of each ministry or province, as bit strings.

    Only those of ``keys`` are read where these are given; others may be there or not.
    """
    member = (
        f"SELECT top, {NUMBER} AS number, {IN_SET} AS services FROM {{rows}} WHERE {SETS[name]}"
    )
    if period.instant is not None:
        history = _of_history(period, Of.TOPS)
        rows = f"(SELECT agency AS top, metric, channel, service FROM ({history.sql}) AS counted)"
        distinct = f"(SELECT DISTINCT * FROM {rows} AS counted) AS counted"
        return Source(f"({member.format(rows=distinct)})", history.parameters)
    pending = (
        f"(SELECT {TOP.format(rows='delta')} AS top, metric, channel, service FROM workflow_delta AS delta "
        "LEFT JOIN agencies_agency AS own ON own.id = delta.agency WHERE day BETWEEN %s AND %s) AS pending"
    )
    kept = [
        Source(
            "SELECT top, number, services FROM metrics_serviceset "
            f"WHERE resolution = {resolution} AND start = ANY(%s::date[]) AND name = %s",
            [starts, name],
        )
        for resolution, starts in _named(cover(period.first, period.last), RESOLUTIONS[Of.TOPS])
    ]
    added = Source(member.format(rows=pending), [period.first, period.last])
    return _together([*(_narrowed(each, top=keys) for each in kept), added])


def _sums(spans, resolutions):
    """A source for each resolution: what PostgreSQL knows of each lets it go to the days by the index."""
    return [
        Source(
            "SELECT agency, metric, channel, service, start AS day, quantity, amount FROM metrics_sum "
            f"WHERE resolution = {resolution} AND start = ANY(%s::date[])",
            [starts],
        )
        for resolution, starts in _named(spans, resolutions)
    ]


def _narrowed(source, **wanted):
    """``source`` for rows whose columns hold one of the values ``wanted``; ``None`` is for all."""
    conditions, sent = [], []
    for column, values in wanted.items():
        if values is not None:
            kind, convert = SENT[column]
            conditions.append(f"{column} = ANY(%s::{kind}[])")
            sent.append([convert(value) for value in values])
    if not conditions:
        return source
    sql = f"SELECT * FROM ({source.sql}) AS source WHERE {' AND '.join(conditions)}"
    return Source(sql, [*source.parameters, *sent])


def _named(spans, resolutions):
    """``[(resolution, first days of its spans), …]``, those without any left out."""
    found = [(resolution, getattr(spans, kind)) for kind, resolution in resolutions.items()]
    return [(int(resolution), list(starts)) for resolution, starts in found if starts]


def _cells(days):
    return Source(
        "SELECT agency, metric, channel, service, day, quantity, amount FROM metrics_cell WHERE day = ANY(%s)",
        [days],
    )


def _deltas(period, of):
    return Source(
        f"SELECT {_placed('delta', of)}, metric, channel, service, day, quantity, amount "
        f"FROM workflow_delta AS delta {_tree('delta', of)} WHERE day BETWEEN %s AND %s",
        [period.first, period.last],
    )


def _of_history(period, of):
    return Source(
        f"SELECT {_placed('counted', of)}, metric, channel, service, day, quantity, amount "
        f"FROM ({RULES}) AS counted {_tree('counted', of)} WHERE day BETWEEN %s AND %s AND at <= %s",
        [period.first, period.last, period.instant],
    )


def _placed(rows, of):
    return f"{PLACES[of].format(rows=rows)} AS agency"


def _tree(rows, of):
    return "" if of is Of.AGENCIES else TREE.format(rows=rows)


def _together(parts):
    return Source(
        "(" + " UNION ALL ".join(part.sql for part in parts) + ")",
        [value for part in parts for value in part.parameters],
    )
