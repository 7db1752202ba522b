"""Pairing what the gateway booked with what we booked, order by order. Pure: no Django."""

from collections import defaultdict
from dataclasses import dataclass

MATCHED, OURS_ONLY, THEIRS_ONLY, DIFFERENT = "matched", "ours_only", "theirs_only", "different"


@dataclass(frozen=True)
class Found:
    """One line of a comparison: the booking, the movement, or both, and what that means."""

    finding: str
    booking: object = None
    movement: object = None
    confirmed: bool = False


def compare(day, movements, bookings, *, elsewhere=(), confirmed=frozenset()):
    """What ``movements`` (the file of ``day``) and ``bookings`` have to do with each other.

    ``bookings`` are those of the orders in the file, and those recorded on ``day``. A booking that was matched with a
    file of another day (``elsewhere``: ``(kind, txn_ref, amount)`` each) belongs to that day: it can neither match
    twice nor be missed here because one side booked before midnight and the other after it. ``confirmed`` names
    ``(kind, txn_ref)`` of which the gateway itself has confirmed our booking. Same amounts are paired first, then what
    is left over of an order.
    """
    theirs, ours = defaultdict(list), defaultdict(list)
    for movement in movements:
        theirs[movement.kind, movement.txn_ref].append(movement)
    for booking in bookings:
        ours[booking.kind, booking.txn_ref].append(booking)
    away = defaultdict(list)
    for kind, txn_ref, amount in elsewhere:
        away[kind, txn_ref].append(amount)
    found = []
    for order in dict.fromkeys([*theirs, *ours]):
        pairs, left_theirs, left_ours = _equal(theirs[order], _without(ours[order], away[order]))
        found += [Found(MATCHED, booking, movement) for movement, booking in pairs]
        while left_theirs and left_ours:
            found.append(
                _doubtful(DIFFERENT, left_ours.pop(0), left_theirs.pop(0), order in confirmed)
            )
        found += [Found(THEIRS_ONLY, None, movement) for movement in left_theirs]
        found += [
            _doubtful(OURS_ONLY, booking, None, order in confirmed)
            for booking in left_ours
            if booking.day == day
        ]
    return found


def _doubtful(finding, booking, movement, is_confirmed):
    return Found(MATCHED if is_confirmed else finding, booking, movement, is_confirmed)


def _equal(theirs, ours):
    """``(pairs of one amount, movements left over, bookings left over)``."""
    pairs, left, rest = [], [], list(ours)
    for movement in theirs:
        booking = next((each for each in rest if each.amount == movement.amount), None)
        if booking is None:
            left.append(movement)
        else:
            rest.remove(booking)
            pairs.append((movement, booking))
    return pairs, left, rest


def _without(bookings, amounts):
    """``bookings`` less those that another day's file accounts for."""
    amounts, left = list(amounts), []
    for booking in bookings:
        if booking.amount in amounts:
            amounts.remove(booking.amount)
        else:
            left.append(booking)
    return left
