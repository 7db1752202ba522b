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


def _from_lists(metrics, period, block):
    asked, parts, values = {}, [], []
    for metric in metrics:
        if any(term.kind not in COUNTABLE for term in metric.sides.values()):
            continue
        try:
            lists = {side: listing(term, period, block) for side, term in metric.sides.items()}
        except NotKeptSo:
            continue
        asked[metric.code] = 0 if metric.denominator is None else 1
        for side, found in lists.items():
            counted = "sum(amount)" if metric.side(side).kind == "VND" else "count(*)"
            try:
                sql, parameters = found.rows.order_by().query.sql_with_params()
            except EmptyResultSet:
                continue
            parts.append(
                f"SELECT %s::text, %s::text, COALESCE({counted}, 0)::bigint FROM ({sql}) AS listed"
            )
            values += [metric.code, side, *parameters]
    found = _run(parts, values)
    return {
        code: Reading(
            found.get((code, NUMERATOR), 0), found.get((code, DENOMINATOR), 0) if rate else None
        )
        for code, rate in asked.items()
    }


def _run(parts, values):
    """``{(code, side): number}`` of all parts, in one statement."""
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {(code, side): number for code, side, number in cursor.fetchall()}
