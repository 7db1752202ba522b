"""What a definition may count. A term reads its number from the figures and names the list of what it counted."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from portal.catalogue.levels import LEVELS
from portal.metrics import listings
from portal.metrics.counting import COMPLETED, ONLINE_PAYMENTS, PAID, RECEIVED
from portal.metrics.figures import CARRIED_OVER, ON_OFFER


@dataclass(frozen=True)
class Term(ABC):
    """One side of a metric."""

    kind = ""  # of what is counted: dossiers, services, payments, VND, minutes, people, accounts, units
    adds_up = True  # months to a year: what is looked at on a day does not
    is_kept = True  # by the rollup; otherwise on_demand.py asks for ``number(period, block)``
    reads = frozenset()  # what its value is made of: cell metrics, or services on offer

    @abstractmethod
    def value(self, figures):
        """The number among ``figures``."""

    @abstractmethod
    def listing(self, period, block):
        """The list of what was counted."""

    def added_by(self, row):
        """How much one :class:`~portal.workflow.DeltaRow` adds; services are no moves."""
        return 0

    def length(self, figures):
        """How many rows its list has."""
        return self.value(figures)

    def amount(self, figures):
        """The VND that the rows of its list add up to; ``None`` where they have no amount."""
        return None


@dataclass(frozen=True)
class Received(Term):
    """Dossiers received in the period, through one channel or through all."""

    channel: int | None = None
    kind = "dossiers"
    reads = frozenset({RECEIVED})

    def value(self, figures):
        return figures.quantity(self.reads, self.channel)

    def listing(self, period, block):
        return listings.received(period, block, self.channel)

    def added_by(self, row):
        return row.quantity if row.metric == RECEIVED and self.channel in (None, row.channel) else 0


@dataclass(frozen=True)
class Completed(Term):
    """Dossiers completed in the period: those that were early, on time or late, as asked."""

    lateness: frozenset = frozenset(COMPLETED)
    kind = "dossiers"

    @cached_property
    def reads(self):
        return frozenset(COMPLETED[each] for each in self.lateness)

    def value(self, figures):
        return figures.quantity(self.reads)

    def listing(self, period, block):
        return listings.completed(period, block, self.lateness)

    def added_by(self, row):
        return row.quantity if row.metric in self.reads else 0


@dataclass(frozen=True)
class Count(Term):
    """What moves counted under ``cells``, without what they counted under ``less``, through one channel or through all.

    ``listed(period, block)`` gives a row for each; a queryset of history has the channel in a column.
    """

    cells: frozenset
    listed: Callable
    less: frozenset = frozenset()
    channel: int | None = None
    kind = "dossiers"

    @property
    def reads(self):
        return self.cells | self.less

    @property
    def adds_up(self):
        return CARRIED_OVER not in self.cells

    def value(self, figures):
        found = figures.quantity(self.cells, self.channel)
        return found - figures.quantity(self.less, self.channel) if self.less else found

    def listing(self, period, block):
        found = self.listed(period, block)
        return found if self.channel is None else found.through(self.channel)

    def added_by(self, row):
        if self.channel not in (None, row.channel):
            return 0
        return row.quantity * ((row.metric in self.cells) - (row.metric in self.less))


@dataclass(frozen=True)
class Paid(Term):
    """What has an amount: how many the moves counted under ``cell``."""

    cell = ""
    kind = "payments"

    @property
    def reads(self):
        return frozenset({self.cell})

    def value(self, figures):
        return self.length(figures)

    def added_by(self, row):
        return row.quantity if row.metric == self.cell else 0

    def length(self, figures):
        return figures.quantity(self.reads)

    def amount(self, figures):
        return figures.amount(self.reads)


@dataclass(frozen=True)
class AddedUp(Paid):
    """The VND of these; the list adds up to it."""

    kind = "VND"

    def value(self, figures):
        return self.amount(figures)

    def added_by(self, row):
        return row.amount if row.metric == self.cell else 0


@dataclass(frozen=True)
class Fees(Paid):
    """Dossiers whose fee was paid in the period, in whatever way."""

    cell = PAID

    def listing(self, period, block):
        return listings.paid(period, block)


@dataclass(frozen=True)
class FeeAmount(AddedUp, Fees):
    """What these fees were."""


@dataclass(frozen=True)
class Payments(Paid):
    """Payments that the gateway took in the period."""

    cell = ONLINE_PAYMENTS

    def listing(self, period, block):
        return listings.captured(period, block)


@dataclass(frozen=True)
class PaidAmount(AddedUp, Payments):
    """What these payments were."""


@dataclass(frozen=True)
class Services(Term):
    """Services by their highest level at a ministry or province, as of the period's last day.

    ``used``: with a dossier received online in the period. ``None`` asks for either.
    """

    levels: frozenset = frozenset(LEVELS)
    eligible: bool | None = None
    used: bool | None = None
    kind = "services"
    adds_up = False
    reads = frozenset({ON_OFFER})

    def value(self, figures):
        return figures.services_at(self.levels, eligible=self.eligible, used=self.used)

    def listing(self, period, block):
        return listings.services(period, block, self.levels, eligible=self.eligible, used=self.used)
