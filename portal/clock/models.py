from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import Q


class PortalClock(models.Model):
    """The one row that says how far business time is from real time.

    Business time only moves forward, and only where the row says that this database is a demo or a scenario.
    """

    offset = models.DurationField(default=timedelta())
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="clock_is_one_row"),
            models.CheckConstraint(
                condition=Q(is_demo=True) | Q(offset=timedelta()), name="clock_real_outside_demo"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="clock_moves_forward",
                operation=pgtrigger.UpdateOf("offset"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition('NEW."offset" < OLD."offset"'),
                func="RAISE EXCEPTION 'the portal clock only moves forward';",
            )
        ]

    def __str__(self):
        return f"real time {self.offset:+}" if self.offset else "real time"
