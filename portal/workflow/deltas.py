"""What a move adds to the official metrics. Rooms above say it; the floor writes it in the statement of the move."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

FACT = "workflow.Fact"

_counters = defaultdict(list)


@dataclass(frozen=True)
class DeltaRow:
    """One addition to one cell. ``amount`` is VND, or what else the metric says."""

    metric: str
    day: date
    agency: int
    service: int
    channel: int
    quantity: int = 1
    amount: int = 0


def counts(model_label, transition):
    """Register a function ``(move) -> iterable of DeltaRow`` for one transition of one machine."""

    def register(function):
        _counters[model_label, transition].append(function)
        return function

    return register


def rows_of(move):
    """The deltas of one move."""
    return [row for count in _counters[move.label, move.transition] for row in count(move)]


def counts_fact(kind):
    """Register a function ``(fact, about) -> iterable of DeltaRow`` for one kind of fact."""

    def register(function):
        _counters[FACT, kind].append(function)
        return function

    return register


def rows_of_fact(fact, about):
    """The deltas of one fact."""
    return [row for count in _counters[FACT, fact.kind] for row in count(fact, about)]
