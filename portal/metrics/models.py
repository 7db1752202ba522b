"""The rollup: what moves have counted, added up in advance. Written by nothing but the fold (``rollup.py``)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What stands for the agency in the sums of all ministries, and of all provinces.
KINDS = {"ministry": -1, "province": -2}

SET_SIZE = 4096  # services in one bit string; service 5000 is bit 904 of the string with number 1


class Resolution(models.IntegerChoices):
    """How coarse a row of the rollup is: of what span of days, and of whom."""

    MONTH_AGENCY = 2, "month"
    YEAR_AGENCY = 3, "year"
    DAY_TOP = 4, "day of all below"  # of a ministry or province with everything below it
    MONTH_TOP = 5, "month of all below"
    YEAR_TOP = 6, "year of all below"
    TEN_DAYS_TOP = 7, "ten days of all below"  # from the 1st, the 11th or the 21st
    DAY_KIND = 8, "day by kind"  # of all ministries, or of all provinces: ``KINDS``
    TEN_DAYS_KIND = 9, "ten days by kind"
    MONTH_KIND = 10, "month by kind"
    YEAR_KIND = 11, "year by kind"
    FIVE_DAYS_TOP = 12, "five days of all below"  # from the 1st, the 6th, … the 26th
    QUARTER_TOP = 13, "quarter of all below"


class BitString(models.Field):
    """A fixed set of small numbers as PostgreSQL's ``bit(n)``; read and written in SQL only."""

    def db_type(self, connection):
        return f"bit({SET_SIZE})"


class Cell(models.Model):
    """The finest cells: one day, one agency, one service."""

    metric = models.CharField(max_length=40)
    day = models.DateField()
    agency = models.BigIntegerField()
    service = models.BigIntegerField()
    channel = models.SmallIntegerField()
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("cell of the rollup")
        verbose_name_plural = _("cells of the rollup")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "day", "metric", "service", "channel"], name="cell_once"
            )
        ]

    def __str__(self):
        return f"{self.metric} {self.day}"


class Sum(models.Model):
    """Cells added up to a coarser :class:`Resolution`, of all services."""

    resolution = models.SmallIntegerField(choices=Resolution.choices)
    start = models.DateField()  # first day of its span
    agency = models.BigIntegerField()
    metric = models.CharField(max_length=40)
    channel = models.SmallIntegerField()
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("sum of the rollup")
        verbose_name_plural = _("sums of the rollup")
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "start", "agency", "metric", "channel"], name="sum_once"
            )
        ]

    def __str__(self):
        return f"{self.metric} {self.start}, {self.get_resolution_display()}"


class ServiceSet(models.Model):
    """Which services something was counted for, of whom and when: sets add up where counts do not.

    ``name`` is a key of ``rollup.SETS``; bit i of ``services`` is service ``number * SET_SIZE + i``.
    """

    name = models.CharField(max_length=40)
    resolution = models.SmallIntegerField(choices=Resolution.choices)
    start = models.DateField()
    agency = models.BigIntegerField()
    number = models.IntegerField()
    services = BitString()

    class Meta:
        verbose_name = _("set of services")
        verbose_name_plural = _("sets of services")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "resolution", "start", "agency", "number"], name="service_set_once"
            )
        ]

    def __str__(self):
        return f"{self.name} {self.start}"


class Standing(models.Model):
    """Which services a ministry or province offered at which highest level, eligible for level 4 or not, and when.

    A summary of the dated offerings, made by ``offered.summarise``. It may be missing, never wrong: whoever changes
    an offering removes it in the same transaction (triggers of migration 0002), and readers go to the offerings then.
    """

    top = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    level = models.SmallIntegerField()
    eligible = models.BooleanField()
    number = models.IntegerField()
    services = BitString()

    class Meta:
        verbose_name = _("services on offer")
        verbose_name_plural = _("services on offer")
        constraints = [
            models.UniqueConstraint(
                fields=["top", "valid_from", "level", "eligible", "number"], name="standing_once"
            )
        ]

    def __str__(self):
        return f"{self.top} {self.valid_from}"
