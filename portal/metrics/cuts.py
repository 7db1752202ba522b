"""Cuts: which agency counts under which group. Pages, exports and tables choose one and read figures by it.

A part of a cut is SQL of rows ``(agency, grp)``. Parts that take whole ministries or provinces name these alone: what
is below them is added up already.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from portal.agencies.succession import ANSWERS_ON
from portal.metrics.blocks import KindBlock, ListedBlock, TopsBlock
from portal.metrics.errors import NotKeptSo
from portal.metrics.models import KINDS


class Of(Enum):
    """Whom the sums of a part are of."""

    AGENCIES = auto()  # each alone
    TOPS = auto()  # a ministry or province with everything below it
    KINDS = auto()  # all ministries, or all provinces: the keys are those of ``models.KINDS``


@dataclass(frozen=True)
class Part:
    """Rows ``(agency, grp)``.

    ``keys`` are the agencies, where they are known beforehand: nothing else is read then. ``only`` names the cell
    metrics wanted, if not all are. ``tops`` are the same groups by their ministries and provinces, for a part of kinds:
    services are counted by these.
    """

    sql: str
    parameters: tuple = ()
    of: Of = Of.AGENCIES
    keys: tuple | None = None
    only: frozenset | None = None
    tops: "Part | None" = None


@dataclass(frozen=True)
class Cut:
    """One part or more, read in one statement. An agency may count under several groups."""

    parts: tuple


# Without a parent: a ministry or province. PostgreSQL knows how many these are, as it does not of “id = top_id”.
ALL_TOPS = "FROM agencies_agency WHERE parent_id IS NULL"


def _of_tops(sql, *parameters):
    return Part(sql, parameters, Of.TOPS)


def _of_kinds(*kinds):
    return Part(
        "SELECT * FROM unnest(%s::bigint[], %s::text[]) AS kinds (agency, grp)",
        ([KINDS[kind] for kind in kinds], list(kinds)),
        Of.KINDS,
        tops=_of_tops(
            f"SELECT id AS agency, kind AS grp {ALL_TOPS} AND kind = ANY(%s)", list(kinds)
        ),
    )


BY_TOP = Cut((_of_tops(f"SELECT id AS agency, id AS grp {ALL_TOPS}"),))
BY_KIND = Cut((_of_kinds(*KINDS),))  # “ministry” or “province”


def by_top(block, only):
    """:data:`BY_TOP` for the ministries or the provinces alone, read for the cell metrics ``only``."""
    tops = _of_tops(f"SELECT id AS agency, id AS grp {ALL_TOPS} AND kind = %s", block.kind)
    return Cut((replace(tops, only=frozenset(only)),))


def adding_up_to(block):
    """Groups that add up to a wide block or to some ministries or provinces, as few as there may be.

    Raises ``NotKeptSo`` for a block that is no set of agencies.
    """
    if isinstance(block, ListedBlock):
        raise NotKeptSo(name=block.name)
    if isinstance(block, TopsBlock):
        sql = "SELECT id AS agency, id AS grp FROM agencies_agency WHERE id = ANY(%s)"
        return Cut((_of_tops(sql, list(block.keys)),))
    return Cut((_of_kinds(block.kind),)) if isinstance(block, KindBlock) else BY_KIND


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


def by_part(block, only=None):
    """The same, by the agencies directly below it; it is a part of its own. ``only``: the cell metrics wanted."""
    parts = block.parts
    listed = _listed(parts.keys(), parts.values(), "bigint")
    return Cut((replace(listed, only=None if only is None else frozenset(only)),))


def with_its_kind(block):
    """The same as one group named by its code, and all of its kind (“ministry” or “province”) as another."""
    return Cut((_whole(block, block.code), _of_kinds(block.agency.top.kind)))


def _whole(block, group):
    kind = "bigint" if isinstance(group, int) else "text"
    if block.is_top:
        sql = f"SELECT %s::bigint AS agency, %s::{kind} AS grp"
        return Part(sql, (block.agency.pk, group), Of.TOPS, keys=(block.agency.pk,))
    return _listed(block.keys, [group] * len(block.keys), kind)


def _listed(keys, groups, kind):
    sql = f"SELECT * FROM unnest(%s::bigint[], %s::{kind}[]) AS listed(agency, grp)"
    return Part(sql, (list(keys), list(groups)), keys=tuple(keys))
