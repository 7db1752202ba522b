"""The only door for state changes, and what follows from one. See docs/decisions/0005-one-door.md."""

from portal.workflow.deltas import DeltaRow, counts
from portal.workflow.followups import Event, after
from portal.workflow.policy import allows
from portal.workflow.reading import having, lock, locked, locked_along
from portal.workflow.round_trips import one_commit
from portal.workflow.statements import add
from portal.workflow.transitions import (
    Move,
    Offer,
    Outcome,
    carry_out,
    offers,
    perform,
    perform_many,
)

__all__ = [
    "DeltaRow",
    "Event",
    "Move",
    "Offer",
    "Outcome",
    "add",
    "after",
    "allows",
    "carry_out",
    "counts",
    "having",
    "lock",
    "locked",
    "locked_along",
    "offers",
    "one_commit",
    "perform",
    "perform_many",
]
