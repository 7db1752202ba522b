"""Official codes: `H17.01-220830-0001`, gap-free per receiving unit and day."""

from django.db import models

from portal.workflow import round_trips


class CodeCounter(models.Model):
    """The last number given at one unit on one day. Locked last of all, and rolled back with the dossier."""

    unit = models.ForeignKey(
        "agencies.Unit", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="counter_per_unit_and_day")
        ]

    def __str__(self):
        return f"{self.unit_id} {self.day}: {self.last}"


def next_code(unit, day):
    """The next code of ``unit`` on ``day``. Source: docs/sources.md, “Codes” (Decision 20/2020/QD-TTg)."""
    [(number,)] = round_trips.rows(
        "INSERT INTO dossiers_codecounter (unit_id, day, last) VALUES (%s, %s, 1) "
        "ON CONFLICT (unit_id, day) DO UPDATE SET last = dossiers_codecounter.last + 1 RETURNING last",
        [unit.pk, day],
    )
    return f"{unit.code}-{day:%y%m%d}-{number:04d}"
