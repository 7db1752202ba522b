"""The catalogue: public services, their frozen versions, and which unit offers which at what level since when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.catalogue.querysets import OfferingQuerySet, PublicServiceQuerySet
from portal.catalogue.reasons import Reason
from portal.catalogue.versions import ServiceVersion, ServiceVersionHistory, VersionState

__all__ = [
    "Eligibility",
    "Level",
    "Offering",
    "PublicService",
    "Reason",
    "SearchSpelling",
    "SearchWord",
    "ServiceVersion",
    "ServiceVersionHistory",
    "VersionState",
]


class Level(models.IntegerChoices):
    """Service levels of Decree 43/2011 (recalled), as this simulation uses them."""

    INFORMATION = 1, _("Level 1: information")
    FORMS = 2, _("Level 2: forms to download")
    SUBMIT = 3, _("Level 3: send online, pay and collect at the counter")
    FULL = 4, _("Level 4: everything online")


class PublicService(models.Model):
    """An administrative procedure, by its national code."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300)
    field = models.CharField(_("field"), max_length=120)
    agency_level = models.CharField(max_length=10)
    owner_ministry = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+"
    )
    audience = models.CharField(max_length=20)
    # What search narrows down and sorts by, as the newest published version has it:
    field_en = models.CharField(max_length=120, default="", editable=False)
    life_events = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    highest_fee_vnd = models.PositiveBigIntegerField(default=0, editable=False)
    folded = models.TextField(editable=False)  # names and everyday words, a line each

    objects = PublicServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("public service")
        verbose_name_plural = _("public services")
        ordering = ["code"]
        indexes = [models.Index(fields=["field", "field_en"], name="service_by_field")]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return self.name_en if get_language() == "en" else self.name_vi


class SearchWord(models.Model):
    """One folded word by which a service is found, and how much finding it there says."""

    service = models.ForeignKey(
        PublicService, on_delete=models.CASCADE, related_name="search_words"
    )
    word = models.CharField(max_length=40)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["word", "service"], include=["weight"], name="search_word_once"
            )
        ]

    def __str__(self):
        return f"{self.word}: {self.service.code}"


class SearchSpelling(models.Model):
    """One key under which a word of the index is looked up: itself, or itself without one letter.

    A misspelt word shares a key with the one that was meant (portal.catalogue.finding.spelling).
    """

    key = models.CharField(max_length=40)
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "key"], name="search_spelling_once")]
        indexes = [
            models.Index(
                fields=["key", "word"],
                opclasses=["varchar_pattern_ops", "varchar_ops"],
                name="search_spelling_key",
            )
        ]

    def __str__(self):
        return f"{self.key}: {self.word}"


class Offering(models.Model):
    """One unit offers one service at one level, from one day on."""

    service = models.ForeignKey(PublicService, on_delete=models.PROTECT, related_name="offerings")
    unit = models.ForeignKey("agencies.Unit", on_delete=models.PROTECT, related_name="offerings")
    handling_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+"
    )
    competent_agency = models.ForeignKey(
        "agencies.Agency", on_delete=models.PROTECT, related_name="+"
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = OfferingQuerySet.as_manager()

    class Meta:
        verbose_name = _("offering")
        verbose_name_plural = _("offerings")
        indexes = [
            # With all that figures ask of an offering: what an agency offers on a day is read from the index alone.
            models.Index(
                fields=["handling_agency", "service"],
                include=["level", "valid_from", "valid_to"],
                name="offering_of_agency",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "unit"],
                condition=Q(valid_to__isnull=True),
                name="offering_open_once",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[1, 2, 3, 4]), name="offering_level_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="offering_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return f"{self.service} — {self.unit}"


class Eligibility(models.Model):
    """Whether a service is eligible for level 4 (full-process), as a dated fact; assigned for the simulation."""

    service = models.ForeignKey(
        PublicService, on_delete=models.PROTECT, related_name="eligibilities"
    )
    eligible = models.BooleanField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    simulated = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"], condition=Q(valid_to__isnull=True), name="eligibility_open_once"
            )
        ]

    def __str__(self):
        return f"{self.service}: {self.eligible}"
