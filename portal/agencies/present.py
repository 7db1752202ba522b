"""Which tree of agencies is in force today: docs/decisions/0010.

The demo plays the portal of 2022 at today's dates. So its tree stands still on the day before the reorganisations of
2025 (``settings.TREE_STANDS_AT``); elsewhere it moves with the portal clock. All dated facts are in every database,
and whoever names a day gets the tree of that very day.
"""

from django.conf import settings

from portal import clock


def tree_day(day):
    """The day on whose tree business of ``day`` stands."""
    return min(day, settings.TREE_STANDS_AT) if settings.TREE_STANDS_AT else day


def today():
    """The day on whose tree today's business stands."""
    return tree_day(clock.today())


def life(row):
    """``(first day, first day without it)`` of an agency or unit in this database, either open as ``None``.

    ``None`` for one that does not come into being here, because the tree stands still before.
    """
    stands_at = settings.TREE_STANDS_AT
    if stands_at is None:
        return row.valid_from, row.valid_to
    if row.valid_from is not None and row.valid_from > stands_at:
        return None
    return row.valid_from, row.valid_to if row.valid_to and row.valid_to <= stands_at else None
