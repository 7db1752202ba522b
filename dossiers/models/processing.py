from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.states import Outcome


class Step(models.Model):
    """One step of the process (appraise, check, sign, publish …) with its own limit: a line of the control slip."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=40)
    handler = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("process step")
        verbose_name_plural = _("process steps")
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at__isnull=True), name="step_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="step_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return self.key


class Proposal(models.Model):
    """What the specialist proposes to the leader: to grant or to refuse, and why."""

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="proposals"
    )
    outcome = models.CharField(
        _("outcome"),
        max_length=10,
        choices=[(o.value, o.label) for o in (Outcome.GRANTED, Outcome.REFUSED)],
    )
    statement = models.TextField(_("statement"))  # stands in the result document
    proposed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["proposed_at", "pk"]

    def __str__(self):
        return self.get_outcome_display()
