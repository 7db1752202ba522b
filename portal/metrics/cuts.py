"""Cuts: which agency counts under which group. Pages, exports and tables choose one and read figures by it.

Parts that take whole ministries or provinces name these alone: what is below them is added up already.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

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
    """``groups`` maps each agency that is read to its group; ``None``: every one there is, each by itself."""

    of: Of
    groups: dict | None = None

    @property
    def keys(self):
        """The agencies that are read; ``None`` for every one."""
        return None if self.groups is None else list(self.groups)

    @cached_property
    def is_one_group(self):
        return self.groups is not None and len(set(self.groups.values())) == 1

    def group(self, agency):
        """The group that ``agency`` counts under; ``None`` asks for that of all, where there is one alone."""
        if self.is_one_group:
            return next(iter(self.groups.values()))
        return agency if self.groups is None else self.groups[agency]


@dataclass(frozen=True)
class Cut:
    """One part or more, read in one statement. An agency may count under several groups, one in each part."""

    parts: tuple


BY_TOP = Cut((Part(Of.TOPS),))
# Under “ministry” or “province”.
BY_KIND = Cut((Part(Of.KINDS, {key: kind for kind, key in KINDS.items()}),))


def by_top(tops):
    """Some ministries or provinces, ``{key: group}``."""
    return Cut((Part(Of.TOPS, tops),))


def adding_up_to(block):
    """Groups that add up to a wide block or to some ministries or provinces, as few as there may be.

    Raises ``NotKeptSo`` for a block that is no set of agencies.
    """
    if isinstance(block, ListedBlock):
        raise NotKeptSo(name=block.name)
    if isinstance(block, TopsBlock):
        return by_top(dict.fromkeys(block.keys, block.code))
    return Cut((_of_kind(block.kind),)) if isinstance(block, KindBlock) else BY_KIND


def as_one(block):
    """All agencies of an :class:`~portal.metrics.blocks.AgencyBlock` as one group, named by its key."""
    return Cut((_whole(block, block.agency.pk),))


def by_part(block):
    """The same, by the agencies directly below it; it is a part of its own."""
    return Cut((Part(Of.AGENCIES, block.parts),))


def with_its_kind(block):
    """The same as one group named by its code, and all of its kind (“ministry” or “province”) as another."""
    return Cut((_whole(block, block.code), _of_kind(block.agency.top.kind)))


def _of_kind(kind):
    return Part(Of.KINDS, {KINDS[kind]: kind})


def _whole(block, group):
    if block.is_top:
        return Part(Of.TOPS, {block.agency.pk: group})
    return Part(Of.AGENCIES, dict.fromkeys(block.keys, group))
