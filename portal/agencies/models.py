"""Who handles dossiers: the dated tree of agencies, and the one-door units where dossiers come in."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.agencies import succession
from portal.agencies.querysets import AgencyQuerySet, UnitQuerySet


class Agency(models.Model):
    """A node of the tree: a ministry, a province, a district, a commune or a department of one of them.

    ``root`` is the ministry, province, district or commune it belongs to (itself, unless it is a department); ``top``
    the ministry or province above everything: the one that metrics name. An agency never moves within the tree: its
    code says where it stands. Whoever comes to stand elsewhere is a new agency, and a :class:`Succession` tells.
    """

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("ministry")
        PROVINCE = "province", _("province")
        DISTRICT = "district", _("district")
        COMMUNE = "commune", _("commune")
        DEPARTMENT = "department", _("department")

    code = models.CharField(
        _("code"), max_length=35, unique=True
    )  # Decision 20/2020/QD-TTg: H17, H17.01
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    root = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    top = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    region = models.CharField(max_length=60, blank=True)
    gso_code = models.CharField(max_length=2, blank=True)
    simulated_name = models.BooleanField(default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)  # the first day without it

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="agency_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False) | Q(kind__in=["ministry", "province"]),
                name="agency_without_parent_is_top",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="agency_life_fits_succession",
                operation=pgtrigger.UpdateOf("valid_from", "valid_to"),
                when=pgtrigger.After,
                func=succession.REFUSE_A_LIFE_THAT_DOES_NOT_FIT,
            )
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Save; ``root`` and ``top`` follow from the parent."""
        super().save(*args, **kwargs)
        root = self if self.kind != self.Kind.DEPARTMENT else self.parent.root
        top = self.parent.top if self.parent_id else self
        if (self.root_id, self.top_id) != (root.pk, top.pk):
            self.root, self.top = root, top
            super().save(update_fields=["root", "top"])

    @property
    def name(self):
        return self.name_en if get_language() == "en" else self.name_vi

    def exists_on(self, day) -> bool:
        """Whether this agency exists on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or self.valid_to > day
        )

    def successor_on(self, day):
        """The agency that has taken this one's place by ``day``; ``None`` while nobody has."""
        found = succession.in_succession(self, day)
        return found if found != self else None

    def naming_on(self, day):
        """The :class:`Naming` in force on ``day``; ``None`` while the agency bears its first name and code."""
        return self.namings.filter(valid_from__lte=day).order_by("-valid_from").first()


class Succession(models.Model):
    """Who continues an agency that ended, and by which decision. An agency is continued by one other, from one day on.

    The day is the first without the one and lies within the life of the other: so no chain ever closes to a circle.
    """

    agency = models.OneToOneField(
        Agency, on_delete=models.PROTECT, related_name="succession", verbose_name=_("agency")
    )
    successor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="predecessors", verbose_name=_("successor")
    )
    day = models.DateField(_("since"))
    basis = models.CharField(_("legal basis"), max_length=120)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["day", "agency"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(agency=F("successor")), name="succession_by_somebody_else"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="succession_fits_both_lives",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=succession.REFUSE_A_SUCCESSION_THAT_DOES_NOT_FIT,
            )
        ]

    def __str__(self):
        return f"{self.agency_id} → {self.successor_id}, {self.day:%d/%m/%Y}"


class Naming(models.Model):
    """A new name or statistical code of an agency that stayed the same, from a day on."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="namings", verbose_name=_("agency")
    )
    valid_from = models.DateField(_("valid from"))
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    gso_code = models.CharField(_("statistical code"), max_length=2, blank=True)

    class Meta:
        verbose_name = _("change of name")
        verbose_name_plural = _("changes of name")
        ordering = ["agency", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "valid_from"], name="naming_one_a_day")
        ]

    def __str__(self):
        return f"{self.name_vi}, {self.valid_from:%d/%m/%Y}"


class Unit(models.Model):
    """A one-door unit (bộ phận một cửa): where dossiers are received and results returned."""

    code = models.CharField(
        _("code"), max_length=35, unique=True
    )  # the beginning of its dossiers' codes
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="units", verbose_name=_("agency")
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    simulated_name = models.BooleanField(default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)  # the first day without it

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-door unit")
        verbose_name_plural = _("one-door units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="unit_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return self.name_en if get_language() == "en" else self.name_vi


class CalendarDay(models.Model):
    """A day on which the working calendar differs from the law's general rule: the Government fixes Tết yearly."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        WORKING = "working", _("working day")

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day:%d/%m/%Y}: {self.get_kind_display()}"
