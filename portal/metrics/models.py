from django.db import models
from django.utils.translation import gettext_lazy as _


class Cell(models.Model):
    """One cell of the rollup: deltas that were folded. Never written by anything but the fold."""

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
                fields=["metric", "agency", "day", "service", "channel"], name="cell_once"
            )
        ]

    def __str__(self):
        return f"{self.metric} {self.day}"
