"""Where figures come from: the rollup with its pending deltas serves the present, history serves the past.

Either gives SQL for FROM together with its parameters. A period that names an instant of the past (``period.instant``)
is counted again from history, from what was recorded in it up to that instant.
"""

from collections import defaultdict
from dataclasses import dataclass

from portal.metrics.cuts import Of
from portal.metrics.models import Resolution
from portal.metrics.recount import HISTORY
from portal.metrics.rollup import IN_SET, KIND, NUMBER, SETS
from portal.metrics.spans import SPAN_KINDS, cover, difference

RESOLUTIONS = {
    Of.AGENCIES: {"years": Resolution.YEAR_AGENCY, "months": Resolution.MONTH_AGENCY},
    Of.TOPS: {
        "years": Resolution.YEAR_TOP,
        "quarters": Resolution.QUARTER_TOP,
        "months": Resolution.MONTH_TOP,
        "tens": Resolution.TEN_DAYS_TOP,
        "fives": Resolution.FIVE_DAYS_TOP,
        "days": Resolution.DAY_TOP,
    },
    Of.KINDS: {
        "years": Resolution.YEAR_KIND,
        "months": Resolution.MONTH_KIND,
        "tens": Resolution.TEN_DAYS_KIND,
        "days": Resolution.DAY_KIND,
    },
}
OF_A_MONTH = ("months", "tens", "fives", "days")

# What a list of values of a column is. It is sent as one text: a list of small numbers would be made “bigint” again for
# every row, and as sixty of them it takes five times as long to send.
ARRAYS = {"agency": "bigint", "metric": "text"}

RULES = HISTORY.replace("%", "%%")  # as a statement with placeholders has it

# Whom rows of single agencies are of. Whoever has no top of its own in the tree stands for itself.
TOP = "COALESCE(own.top_id, {rows}.agency)"
PLACES = {Of.AGENCIES: "{rows}.agency", Of.TOPS: TOP, Of.KINDS: KIND.format(top="above")}
TREE = f"""
LEFT JOIN agencies_agency AS own ON own.id = {{rows}}.agency
LEFT JOIN agencies_agency AS above ON above.id = {TOP}"""

CELL = "agency, metric, channel, day, quantity, amount"
SET = "agency, number, services"


@dataclass(frozen=True)
class Source:
    """SQL of rows for FROM, in brackets, and what its placeholders stand for."""

    sql: str
    parameters: list


def cells(period, part, *, by_month=False, only=None):
    """Rows ``(agency, metric, channel, day, quantity, amount)`` that add up to what ``period`` counted.

    ``part`` is that of a cut and says of whom; only its ``keys`` are read. ``day`` is the first of whatever was added
    up, with ``by_month`` no longer than a month. Some rows take away what others have too much: nothing but sums of
    them says anything. ``only`` names the cell metrics wanted, if not all are.
    """
    wanted = {"agency": part.keys, "metric": only}
    if period.instant is not None:
        return _together([_narrowed(_of_history(period, part.of), CELL, wanted)])
    found = [_deltas(period, part.of)]
    kept = RESOLUTIONS[part.of]
    kinds = _span_kinds(kept, OF_A_MONTH if by_month else SPAN_KINDS)
    for sign, spans in zip(("", "-"), difference(period.first, period.last, kinds), strict=True):
        for kind, starts in _by_kind(spans):
            found.append(_sums(kept[kind], starts, sign) if kind in kept else _cells(starts, sign))
    return _together([_narrowed(each, CELL, wanted) for each in found])


def services_in(name, period, part):
    """Rows ``(agency, number, services)``: the set ``name`` of whom ``part`` is of, as bit strings to be united."""
    wanted = {"agency": part.keys}
    moved, sets = [_of_history(period, part.of)], []
    if period.instant is None:
        moved = [_deltas(period, part.of)]
        kept = RESOLUTIONS[part.of]
        for kind, starts in _by_kind(cover(period.first, period.last, _span_kinds(kept))):
            if kind in kept:
                sets.append(_sets(name, kept[kind], starts))
            else:
                moved.append(_cells(starts))
    made = [_as_sets(name, _narrowed(each, "*", wanted)) for each in moved]
    return _together([*made, *(_narrowed(each, SET, wanted) for each in sets)])


def _as_sets(name, moved):
    """A set of one service for each that ``moved`` names."""
    sql = (
        f"SELECT agency, {NUMBER} AS number, {IN_SET} AS services FROM "
        f"(SELECT DISTINCT agency, service FROM ({moved.sql}) AS moved WHERE {SETS[name]}) AS member"
    )
    return Source(sql, moved.parameters)


def _sums(resolution, starts, sign):
    """One resolution at a time: what PostgreSQL knows of each lets it go to the days by the index."""
    return Source(
        f"SELECT agency, metric, channel, start AS day, {sign}quantity AS quantity, {sign}amount AS amount "
        f"FROM metrics_sum WHERE resolution = {resolution:d} AND start = ANY(%s::date[])",
        [starts],
    )


def _sets(name, resolution, starts):
    return Source(
        f"SELECT {SET} FROM metrics_serviceset "
        f"WHERE resolution = {resolution:d} AND start = ANY(%s::date[]) AND name = %s",
        [starts, name],
    )


def _cells(days, sign=""):
    return Source(
        f"SELECT agency, metric, channel, service, day, {sign}quantity AS quantity, {sign}amount AS amount "
        "FROM metrics_cell WHERE day = ANY(%s::date[])",
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


def _narrowed(source, columns, wanted):
    """The ``columns`` of rows that hold one of the values ``wanted`` of each column; ``None`` is for all."""
    conditions, sent = ["true"], []
    for column, values in wanted.items():
        if values is not None:
            conditions.append(f"{column} = ANY(%s::{ARRAYS[column]}[])")
            sent.append(array(values))
    sql = f"SELECT {columns} FROM ({source.sql}) AS source WHERE {' AND '.join(conditions)}"
    return Source(sql, [*source.parameters, *sent])


def array(values):
    """Keys, or names of cell metrics, as PostgreSQL writes an array of them."""
    return "{" + ",".join(map(str, values)) + "}"


def _span_kinds(kept, among=SPAN_KINDS):
    """The kinds of spans to read: those that are kept, and single days, which are cells otherwise."""
    return tuple(kind for kind in among if kind in kept or kind == "days")


def _by_kind(spans):
    """``[(kind, first days of its spans), …]``"""
    found = defaultdict(list)
    for span in spans:
        found[span.kind].append(span.first)
    return found.items()


def _together(parts):
    return Source(
        "(" + " UNION ALL ".join(part.sql for part in parts) + ")",
        [value for part in parts for value in part.parameters],
    )
