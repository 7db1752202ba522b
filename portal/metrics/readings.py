"""Figures of any block: from the rollup where it keeps them, otherwise from the lists themselves.

Units, services and fields are cuts that the rollup does not keep. Their figures are the lengths and sums of the very
lists that they open, all counted in one statement.
"""

from contextlib import suppress
from dataclasses import replace

from django.core.exceptions import EmptyResultSet
from django.db import connection

from portal.metrics import figures, on_demand
from portal.metrics.blocks import ListedBlock
from portal.metrics.errors import NotKeptSo
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Reading

COUNTED = 5_000  # rows up to which a list is counted for each reader
COUNTABLE = {"dossiers", "services", "payments", "VND"}  # kinds of terms whose value a list shows


def read(metrics, period, block):
    """``{code: Reading}``; a figure that is not known for such a block is left out.

    What the rollup keeps is read together; the rest is counted one by one, and what has no source is no number.
    """
    kept = [each for each in metrics if each.is_kept]
    found = _kept(kept, period, block) if kept else {}
    for each in metrics:
        if each.no_source:
            found[each.code] = Reading(None)
        elif not each.is_kept:
            with suppress(NotKeptSo):
                found[each.code] = on_demand.read(each, period, block)
    return found


def _kept(metrics, period, block):
    if isinstance(block, ListedBlock):
        return _from_lists(metrics, period, block)
    counted = figures.of(period, block)
    return {each.code: each.read(counted) for each in metrics}


def listing(term, period, block):
    """The list of what ``term`` counts for ``block``. Raises ``NotKeptSo``."""
    found = term.listing(period, block)
    return replace(found, rows=block.narrow(found.rows))


def size(term, listed, period, block):
    """``(rows, VND)`` of the list of ``term``; VND is ``None`` where rows have no amount.

    Both are counted while the rows are few. More would take seconds of every reader: then they are what the rollup
    says, which ``recount`` compares with history. Where the rollup keeps nothing they are counted all the same.
    """
    few = listed.rows.order_by()[: COUNTED + 1].count()
    if few <= COUNTED:
        return few, listed.total_amount()
    if not term.is_kept or period.instant is not None or isinstance(block, ListedBlock):
        return listed.rows.count(), listed.total_amount()
    kept = figures.of(period, block, term.reads)
    return term.length(kept), term.amount(kept)


def _from_lists(metrics, period, block):
    asked = {each.code: counted for each in metrics if (counted := _counted(each, period, block))}
    numbers = _run({part for sides in asked.values() for part in sides.values() if part})
    found = {
        code: {side: numbers.get(part, 0) for side, part in sides.items()}
        for code, sides in asked.items()
    }
    return {
        code: Reading(sides[NUMERATOR], sides.get(DENOMINATOR)) for code, sides in found.items()
    }


def _counted(metric, period, block):
    """``{side: (SQL that counts its list, parameters)}``, ``None`` for a list that is empty anyway.

    Nothing at all for a figure that is not kept for such a block.
    """
    if any(term.kind not in COUNTABLE for term in metric.sides.values()):
        return None
    try:
        return {side: _count(term, period, block) for side, term in metric.sides.items()}
    except NotKeptSo:
        return None


def _count(term, period, block):
    rows = listing(term, period, block).rows.order_by()
    counted = "sum(amount)" if term.kind == "VND" else "count(*)"
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return None
    return f"SELECT %s::integer, COALESCE({counted}, 0)::bigint FROM ({sql}) AS listed", _hashable(
        parameters
    )


def _run(parts):
    """``{part: number}`` in one statement. Many figures share a denominator: it is counted once."""
    parts = list(parts)
    if not parts:
        return {}
    values = [value for place, (_sql, own) in enumerate(parts) for value in (place, *_plain(own))]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _own in parts), values)
        return {parts[place]: number for place, number in cursor.fetchall()}


def _hashable(parameters):
    return tuple(tuple(each) if isinstance(each, list) else each for each in parameters)


def _plain(parameters):
    """As the driver wants them: an array is a list."""
    return [list(each) if isinstance(each, tuple) else each for each in parameters]
