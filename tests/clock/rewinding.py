"""Setting the demo's clock back, which nothing but a test may do."""

from django.db import connection


def show(clocks, instant_offset):
    """Put the one row of ``clocks`` (the manager of ``PortalClock``) to an offset, be it earlier; returns the row."""
    [forward_only] = clocks.model._meta.triggers
    _ignore(forward_only.get_pgid(clocks.model))
    try:
        row, _new = clocks.update_or_create(
            pk=1, defaults={"is_demo": True, "offset": instant_offset}
        )
    finally:
        _ignore("")
    return row


def _ignore(trigger):
    # pgtrigger.ignore() would do, were it not for prepared statements: it puts two commands into one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", ["{" + trigger + "}"])
