"""Cuts: which agency counts under which group. Pages, exports and tables choose one and read figures by it.

A part of a cut is SQL of rows ``(agency, grp)``. Parts that take whole ministries or provinces name these alone: what
is below them is added up already.
"""

from dataclasses import dataclass

from portal.agencies.succession import ANSWERS_ON
from portal.metrics.blocks import KindBlock, ListedBlock, TopsBlock
from portal.metrics.errors import NotKeptSo


@dataclass(frozen=True)
class Part:
    """Rows ``(agency, grp)``; with ``tops``, each agency is a ministry or province with everything below it.

    ``keys`` are the agencies, where they are known beforehand: nothing else is read then.
    """

    sql: str
    parameters: tuple = ()
    tops: bool = False
    keys: tuple | None = None


@dataclass(frozen=True)
class Cut:
    """One part or more, read in one statement. An agency may count under several groups."""

    parts: tuple


# Without a parent: a ministry or province. PostgreSQL knows how many these are, as it does not of “id = top_id”.
def _of_tops(sql, *parameters):
    return Part(sql, parameters, tops=True)


BY_TOP = Cut(
    (_of_tops("SELECT id AS agency, id AS grp FROM agencies_agency WHERE parent_id IS NULL"),)
)
BY_KIND = Cut(  # “ministry” or “province”
    (_of_tops("SELECT id AS agency, kind AS grp FROM agencies_agency WHERE parent_id IS NULL"),)
)


def by_top_of(block):
    """:data:`BY_TOP`, for the ministries or the provinces only, for some of them, or for all.

    Raises ``NotKeptSo`` for a block that is no set of agencies.
    """
    if isinstance(block, ListedBlock):
        raise NotKeptSo(name=block.name)
    if isinstance(block, TopsBlock):
        sql = "SELECT id AS agency, id AS grp FROM agencies_agency WHERE id = ANY(%s)"
        return Cut((_of_tops(sql, list(block.keys)),))
    if not isinstance(block, KindBlock):
        return BY_TOP
    sql = (
        "SELECT id AS agency, id AS grp FROM agencies_agency WHERE parent_id IS NULL AND kind = %s"
    )
    return Cut((_of_tops(sql, block.kind),))


def by_answering_top(day):
    """Every ministry and province there ever was, under the one that answers for it on ``day``.

    An agency that ended counts with its successor, so that a past of 63 provinces can be read as 34.
    """
    sql = (
        f"SELECT answered.agency, answered.top AS grp FROM ({ANSWERS_ON}) AS answered "
        "JOIN agencies_agency AS own ON own.id = answered.agency WHERE own.id = own.top_id"
    )
    return Cut((_of_tops(sql, day),))


def as_one(block):
    """All agencies of an :class:`~portal.metrics.blocks.AgencyBlock` as one group, named by its key."""
    return Cut((_whole(block, block.agency.pk),))


def by_part(block):
    """The same, by the agencies directly below it; it is a part of its own."""
    parts = block.parts
    return Cut((_listed(parts.keys(), parts.values(), "bigint"),))


def with_its_kind(block):
    """The same as one group named by its code, and all of its kind (“ministry” or “province”) as another."""
    sql = "SELECT id AS agency, kind::text AS grp FROM agencies_agency WHERE parent_id IS NULL AND kind = %s"
    return Cut((_whole(block, block.code), _of_tops(sql, block.agency.top.kind)))


def _whole(block, group):
    kind = "bigint" if isinstance(group, int) else "text"
    if block.is_top:
        sql = f"SELECT %s::bigint AS agency, %s::{kind} AS grp"
        return Part(sql, (block.agency.pk, group), tops=True, keys=(block.agency.pk,))
    return _listed(block.keys, [group] * len(block.keys), kind)


def _listed(keys, groups, kind):
    sql = f"SELECT * FROM unnest(%s::bigint[], %s::{kind}[]) AS listed(agency, grp)"
    return Part(sql, (list(keys), list(groups)), keys=tuple(keys))
