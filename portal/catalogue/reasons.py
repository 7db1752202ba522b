"""The catalogue of reasons why a dossier comes back: what officials pick from, and what figures count by."""

import csv
from pathlib import Path

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).parent / "data" / "reasons.csv"


class ReasonQuerySet(models.QuerySet):
    def on_offer(self, kind):
        """What may be picked today for an act of this kind."""
        return self.filter(kind=kind, in_use=True)


class Reason(models.Model):
    """A reason in one sentence that the applicant reads. Once used it is taken out of use, never removed."""

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", _("request for supplement")
        REFUSAL = "refusal", _("refusal to receive")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text_vi = models.CharField(_("sentence in Vietnamese"), max_length=300)
    text_en = models.CharField(_("sentence in English"), max_length=300)
    in_use = models.BooleanField(_("in use"), default=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["kind", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_vi="") & ~Q(text_en=""), name="reason_in_both_languages"
            )
        ]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return self.text_en if get_language() == "en" else self.text_vi


def load_reasons() -> int:
    """Bring in the reasons that the portal starts with; what officials changed stays. Returns how many were new."""
    known = set(Reason.objects.values_list("code", flat=True))
    with FILE.open(encoding="utf-8", newline="") as file:
        new = [Reason(**row) for row in csv.DictReader(file) if row["code"] not in known]
    Reason.objects.bulk_create(new)
    return len(new)
