"""What nobody has to think of: yesterday’s file is fetched and compared, and again until everything matches."""

from datetime import datetime, time, timedelta

import structlog
from celery import shared_task
from django.db import connection

from payments.models import Attempt
from payments.protocol.wire import GMT7
from payments.reconciliation import actions, comparing
from portal.errors import PortalError

log = structlog.get_logger(__name__)

DAYS_BACK = 3  # a day that still differs after that is for people alone
LOCK = 7_451_002  # one worker at a time


@shared_task
def reconcile_days():
    """Compare the closed days that have not been compared, or did not match. Safe to run at any time, twice as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            for day in days_to_compare():
                try:
                    actions.reconcile(day)
                except PortalError as refusal:
                    log.warning("reconciliation_put_off", day=str(day), reason=str(refusal))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def days_to_compare():
    """The gateway's closed days, oldest first, that still need a comparison."""
    first = Attempt.objects.order_by("started_at").values_list("started_at", flat=True).first()
    if first is None:
        return
    tmn_code = actions.configured_merchant()
    today = actions.gateway_today()
    for back in range(DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=GMT7)
        newest = actions.latest(tmn_code, day)
        if first < ends and (
            newest is None
            or newest.taken_at < ends  # taken while the day was not over
            or newest.lines.exclude(finding=comparing.MATCHED).exists()
        ):
            yield day
