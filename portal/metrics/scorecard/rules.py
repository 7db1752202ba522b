"""The points of Decision 766/QĐ-TTg (23 June 2022), and nothing else: no Django, no database.

An indicator gives a share between 0 and 1. With a target, the full points are given from the target on and a
proportional part below it; without one, the points are the share of the most.

>>> points(Fraction(3, 4), most=2, target=80)
Fraction(15, 8)
>>> points(Fraction(85, 100), most=2, target=80)
Fraction(2, 1)
>>> points(Fraction(3, 4), most=20)
Fraction(15, 1)

Two profiles are in use. They differ in group 3a alone: an older one splits its 12 points over three indicators, a newer
one gives all of them to one. An indicator without a share (no source, or nothing to be a share of) is left out of the
total *and* of the maximum.

>>> card = Card(OLDER, {"2.1": Fraction(9, 10), "3.2": Fraction(1, 2)})
>>> card.total, card.most, [each.indicator.id for each in card.scores if each.share is None][:3]
(Fraction(20, 1), 24, ['1.1', '1.2', '1.3'])
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

HUNDRED = 100
DECISION_OF = date(2022, 6, 23)
NEWER_SINCE = date(2026, 1, 1)  # [?] the newer table was seen in 2026; its first day is not known


@dataclass(frozen=True)
class Group:
    """``parts`` are the sub-groups that the national portal shows by themselves: its six from the decision's five."""

    id: str
    most: int
    parts: tuple = ()


@dataclass(frozen=True)
class Indicator:
    """``most`` points; ``target`` in percent; ``part`` is the sub-group where its group has any.

    ``times`` names the indicator whose share multiplies this one's. ``certainty`` as in docs/sources.md.
    """

    id: str
    group: str
    most: int
    target: int | None = None
    part: str = ""
    times: str = ""
    certainty: str = "F2"

    def is_of(self, group):
        """Whether it belongs to a group, or to a part of one."""
        return group in (self.group, self.part)


GROUPS = (
    Group("1", 18),
    Group("2", 20),
    Group("3", 22, parts=("3a", "3b")),
    Group("4", 22),
    Group("5", 18),
)

_COMMON_BEFORE = (
    Indicator("1.1", "1", 6),
    Indicator("1.2", "1", 4),
    Indicator("1.3", "1", 2),
    Indicator("1.4", "1", 6),
    Indicator("2.1", "2", 20, certainty="F"),
)
_ONLINE_OLDER = (
    Indicator("3.1", "3", 2, target=80, part="3a"),
    Indicator("3.2", "3", 4, target=100, part="3a"),
    Indicator("3.3", "3", 6, target=50, part="3a", times="1.4"),
)
_ONLINE_NEWER = (Indicator("3.F", "3", 12, part="3a", certainty="?"),)
_COMMON_AFTER = (
    Indicator("3.5a", "3", 2, target=80, part="3b"),
    Indicator("3.5b", "3", 2, target=80, part="3b"),
    Indicator("3.6", "3", 6, target=100, part="3b"),
    Indicator("4.1", "4", 6),
    Indicator("4.2", "4", 4, target=80),
    Indicator("4.x", "4", 2),
    Indicator("4.3", "4", 2, target=80),
    Indicator("4.4", "4", 4),
    Indicator("4.5a", "4", 2),
    Indicator("4.5b", "4", 2),
    Indicator("5.2", "5", 6),
    Indicator("5.3", "5", 6),
    Indicator("5.4", "5", 6, target=90, certainty="F"),
)
OLDER = _COMMON_BEFORE + _ONLINE_OLDER + _COMMON_AFTER
NEWER = _COMMON_BEFORE + _ONLINE_NEWER + _COMMON_AFTER
PROFILES = {"older": OLDER, "newer": NEWER}


@dataclass(frozen=True)
class Score:
    """One indicator of one agency. ``share`` is ``None`` where nothing is known."""

    indicator: Indicator
    share: Fraction | None

    @cached_property
    def points(self):
        if self.share is None:
            return None
        return points(self.share, most=self.indicator.most, target=self.indicator.target)


@dataclass(frozen=True)
class Card:
    """An agency in one profile. ``shares`` are ``{id of an indicator: share}``; left out or ``None`` is not known."""

    profile: tuple
    shares: dict

    @cached_property
    def scores(self):
        return tuple(Score(each, self._share(each)) for each in self.profile)

    @cached_property
    def total(self):
        return _added(self.known)

    @cached_property
    def most(self):
        """The points that could be had: of 100, those of the indicators that are known."""
        return sum(each.indicator.most for each in self.known)

    @cached_property
    def known(self):
        """The scores of the indicators that are: of a table of all provinces nobody asks for the others."""
        found = ((each, self._share(each)) for each in self.profile if each.id in self.shares)
        return [Score(each, share) for each, share in found if share is not None]

    @cached_property
    def share(self):
        """Points got of points to be had; ``None`` where no indicator is known. Cards are compared by it."""
        return self.total / self.most if self.most else None

    def of(self, group):
        """The card of one group, or of a part of one."""
        return Card(tuple(each for each in self.profile if each.is_of(group)), self.shares)

    def _share(self, indicator):
        share = self.shares.get(indicator.id)
        if share is None or not indicator.times:
            return share
        factor = self.shares.get(indicator.times)
        return None if factor is None else share * factor

    def total_of(self, group):
        """The points got in one group, or in a part of one; ``None`` where none of its indicators is known."""
        known = self._by_group.get(group)
        return _added(known) if known else None

    @cached_property
    def _by_group(self):
        found = defaultdict(list)
        for each in self.known:
            found[each.indicator.group].append(each)
            if each.indicator.part:
                found[each.indicator.part].append(each)
        return found


def profile_on(day):
    """``"older"`` or ``"newer"``: the one in use on a day."""
    return "newer" if day >= NEWER_SINCE else "older"


def points(share, *, most, target=None):
    """The points of a share: see above. No share gives more than ``most`` or less than nothing."""
    # In whole numbers: a table of all provinces gives points five hundred times.
    given, whole = share.numerator * most * HUNDRED, share.denominator * (target or HUNDRED)
    return Fraction(min(max(given, 0), most * whole), whole)


def _added(scores):
    # As whole numbers, made smaller once and not after each: a table of all provinces adds five hundred.
    numerator, denominator = 0, 1
    for each in scores:
        given = each.points
        numerator = numerator * given.denominator + given.numerator * denominator
        denominator *= given.denominator
    return Fraction(numerator, denominator)
