from django.db import models
from django.utils.translation import gettext_lazy as _

from dossiers.states import Channel
from portal.workflow.models import HistoryRow
from portal.workflow.protection import append_only


class DossierHistory(HistoryRow):
    """One move of a dossier, with what the metrics cut by, as it was at that instant."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="history", db_index=False
    )
    receiving_unit = models.ForeignKey(
        "agencies.Unit", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    handling_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.ForeignKey(
        "catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    channel = models.PositiveSmallIntegerField(choices=Channel.choices)
    level = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("history row")
        verbose_name_plural = _("history")
        ordering = ["dossier", "sequence"]
        triggers = append_only("dossier_history")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "sequence"], name="dossier_history_in_order")
        ]
        indexes = [
            models.Index(fields=["transition", "at"], name="dossier_history_by_move"),
            models.Index(  # what the page of a service says of it
                fields=["version", "at"],
                name="dossier_history_of_service",
                condition=models.Q(transition__in=["complete", "request_supplement"]),
            ),
        ]
