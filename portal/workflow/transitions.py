"""The only door for state changes."""

import gc
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from portal import clock
from portal.errors import NotOffered, NotPermitted, PortalError, StalePage
from portal.workflow import bell, statements
from portal.workflow.followups import subscribers_of
from portal.workflow.machine import declared, declared_transition
from portal.workflow.reading import lock, locked_set
from portal.workflow.round_trips import one_commit


@dataclass
class Move:
    """One transition carried out: what the history row, the outbox and the deltas are made from."""

    instance: object
    transition: str
    source: str
    at: datetime
    by: object
    grant: object
    target: str = ""
    details: dict = field(default_factory=dict)
    changes: dict = field(default_factory=dict)  # attribute name → new value
    begun: list = field(default_factory=list)  # companions: see WorkflowModel
    changed: list = field(default_factory=list)
    ended: list = field(default_factory=list)

    @property
    def label(self):
        return self.instance._meta.label


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a :func:`perform_many`."""

    pk: int
    move: Move | None = None
    refusal: PortalError | None = None


@dataclass(frozen=True)
class Offer:
    """A transition that leaves the present state, and whether this person may carry it out now."""

    name: str
    label: str
    permitted: bool
    reason: str


def perform(instance, name, *, by, seen=None, **details):
    """Carry out one declared transition, save it and record it: the only door.

    ``by`` is the person who asks, or ``None`` when the portal itself acts. The row is locked first, so whoever comes
    second is judged on fresh facts; ``seen`` is the ``sequence`` that a page showed, if a page asks. History, outbox
    and deltas are written in the statement of the move.

    Raises ``NotOffered`` (wrong state), ``NotPermitted`` (wrong person), ``StalePage`` or what the transition refuses
    with; then nothing has been written.
    """
    if connection.in_atomic_block:
        lock(instance)
        return carry_out(instance, name, by=by, seen=seen, **details)
    with one_commit():
        lock(instance)
        return carry_out(instance, name, by=by, seen=seen, **details)


def carry_out(instance, name, *, by, seen=None, **details):
    """:func:`perform` for a row that the caller has locked in this transaction."""
    move = _judged(instance, name, by, seen, details, clock.now())
    _write([move])
    return move


def perform_many(queryset, name, *, by, **details):
    """:func:`perform` for a set, at one instant: same guards, permission and refusal per row, a history row each.

    ``by`` and each detail are one value for all, or a ``dict`` by primary key. Rows are locked in the order of their
    keys; a refusal concerns its row alone. Returns an :class:`Outcome` per row.
    """
    outcomes, moves = [], []
    with one_commit(), _uncollected():
        instances = locked_set(queryset)
        at = clock.now()
        for instance in instances:
            try:
                move = _judged(
                    instance,
                    name,
                    _for(instance, by),
                    None,
                    {key: _for(instance, value) for key, value in details.items()},
                    at,
                )
            except PortalError as refusal:
                outcomes.append(Outcome(instance.pk, refusal=refusal))
            else:
                if len(moves) == statements.MOST_AT_ONCE:
                    statements.write(moves, more=True)
                    moves = []
                moves.append(move)
                outcomes.append(Outcome(instance.pk, move=move))
        if moves:
            _write(moves)
    return outcomes


@contextmanager
def _uncollected():
    """No garbage is looked for meanwhile.

    A set makes so many objects that Python would look through all of the process again and again, for a third of the
    time (docs/benchmarks.md); next to nothing of them is garbage before the end.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def offers(instance, by):
    """Every transition that leaves the present state, permitted or not, each with the reason if it is not."""
    found = []
    for name, meta in declared(type(instance)).items():
        transition = meta.transitions.get(str(instance.state))
        if transition is None:
            continue
        reason = ""
        try:
            _permitted(instance, transition, by)
        except PortalError as refusal:
            reason = str(refusal)
        found.append(Offer(name, str(transition.custom.get("label", name)), not reason, reason))
    return found


def _judged(instance, name, by, seen, details, at):
    """The move, decided but not yet written: guards passed, facts set on the instance."""
    transition = declared_transition(type(instance), name, instance.state)
    if transition is None:
        raise NotOffered(state=instance.get_state_display(), transition=name)
    if seen is not None and seen != instance.sequence:
        raise StalePage(seen=seen, sequence=instance.sequence)
    grant = _permitted(instance, transition, by)
    move = Move(instance, name, str(instance.state), at, by, grant)
    before = statements.snapshot(instance)
    instance.move = move
    try:
        getattr(instance, name)(**details)
    except BaseException:
        statements.undo(instance, before)
        raise
    instance.sequence += 1
    statements.touch(instance)
    move.target = str(instance.state)
    move.changes = statements.changes(instance, before)
    return move


def _permitted(instance, transition, by):
    """The grant under which ``by`` acts; raises ``NotPermitted`` or what a guard refuses with."""
    permission = transition.permission
    if by is None:
        if not permission.by_portal:
            raise NotPermitted(transition=transition.name, who=permission.who())
        grant = None
    else:
        grant = permission.grant_of(by, instance)
        if grant is None:
            raise NotPermitted(transition=transition.name, who=permission.who())
    for guard in transition.custom.get("guards", ()):
        guard(instance, by)
    return grant


def _write(moves):
    """Write the moves and all that goes with them; ring the bell for their follow-ups once it is committed."""
    statements.write(moves)
    if any(subscribers_of(move.label, move.transition) for move in moves):
        transaction.on_commit(bell.ring)


def _for(instance, value):
    return value[instance.pk] if isinstance(value, dict) else value
