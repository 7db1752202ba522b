"""The versions of a public service and their way from a draft to what citizens read: two people publish.

A published version never changes and is never removed: dossiers are pinned to it. What comes with the project's own
files is published by loading them; it had its two people where files are reviewed. Decision 0012.
"""

from functools import cached_property

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from portal.catalogue import definitions
from portal.catalogue.errors import PublisherWroteIt, SendBackReasonMissing
from portal.workflow import allows
from portal.workflow.machine import edges
from portal.workflow.models import HistoryRow, WorkflowModel
from portal.workflow.protection import append_only, declared_edges_only, never_changes


class VersionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PROPOSED = "proposed", _("proposed for publication")
    PUBLISHED = "published", _("published")
    DISCARDED = "discarded", _("discarded")


OPEN = (VersionState.DRAFT, VersionState.PROPOSED)


def judged_by_somebody_else(version, by):
    """Four eyes: whoever wrote or proposed a version does not decide on it."""
    if by is None or by.pk in (version.drafted_by_id, version.proposed_by_id):
        raise PublisherWroteIt()


class ServiceVersionHistory(HistoryRow):
    """One move of one version."""

    version = models.ForeignKey(
        "catalogue.ServiceVersion", on_delete=models.PROTECT, related_name="history"
    )
    number = models.PositiveIntegerField()

    class Meta:
        triggers = append_only("version_history")
        constraints = [
            models.UniqueConstraint(fields=["version", "sequence"], name="version_history_in_order")
        ]


def _person(label):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=label,
    )


class ServiceVersion(WorkflowModel):
    """The content of a public service: as somebody drafts it, or as it was when published."""

    history_model = ServiceVersionHistory
    history_link = "version"
    fields_left_unlocked = frozenset({"content"})

    service = models.ForeignKey(
        "catalogue.PublicService", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    state = FSMField(
        _("state"), default=VersionState.DRAFT, choices=VersionState.choices, editable=False
    )
    content = models.JSONField()  # the service file as read
    content_sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what changes, and why"), max_length=500, blank=True)
    answer = models.CharField(_("why it was sent back"), max_length=500, blank=True)
    drafted_by = _person(_("drafted by"))  # nobody: it came with the project's files
    proposed_by = _person(_("proposed by"))
    published_by = _person(_("published by"))
    published_at = models.DateTimeField(null=True, editable=False)  # portal clock

    class Meta:
        verbose_name = _("service version")
        verbose_name_plural = _("service versions")
        ordering = ["service", "number"]
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(state__in=["draft", "proposed"]),
                name="version_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="version_published_has_date",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | (
                    Q(drafted_by__isnull=False, proposed_by__isnull=False)
                    & ~Q(published_by=F("drafted_by"))
                    & ~Q(published_by=F("proposed_by"))
                ),
                name="version_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(drafted_by__isnull=True)
                | Q(published_by__isnull=False),
                name="version_of_people_published_by_people",
            ),
        ]

    def __str__(self):
        return f"{self.service.code}, {self.number}"

    # What the policy asks: versions belong to the ministry in charge of the service.
    receiving_unit_id = None

    @property
    def handling_agency_id(self):
        return self.service.owner_ministry_id

    def agency_roots(self):
        return {self.handling_agency_id}

    def is_filed_by(self, user):
        return False

    def history_context(self):
        return {"number": self.number}

    @property
    def is_open(self):
        """Whether it may still become something else."""
        return self.state in OPEN

    @cached_property
    def definition(self):
        """The content as typed objects."""
        return definitions.from_content(self.content, key=self.content_sha256)

    @property
    def time_limit(self):
        """The legal limit of one dossier."""
        return self.definition.time_limit

    @transition(
        state,
        VersionState.DRAFT,
        VersionState.PROPOSED,
        permission=allows("catalogue.draft"),
        custom={"label": _("Propose for publication")},
    )
    def propose(self, *, note):
        """Hand the draft to a colleague; ``note`` says what changes and why. It cannot be edited meanwhile."""
        self.note, self.answer = note, ""
        self.proposed_by = self.move.by

    @transition(
        state,
        VersionState.PROPOSED,
        VersionState.PUBLISHED,
        permission=allows("catalogue.publish"),
        custom={"label": _("Publish"), "guards": [judged_by_somebody_else]},
    )
    def publish(self, *, number):
        """From this moment new dossiers get it; running ones keep theirs. ``number`` is the next one of the service."""
        self.number = number
        self.published_by = self.move.by
        self.published_at = self.move.at

    @transition(
        state,
        VersionState.PROPOSED,
        VersionState.DRAFT,
        permission=allows("catalogue.publish"),
        custom={"label": _("Send back"), "guards": [judged_by_somebody_else]},
    )
    def send_back(self, *, reason):
        """Something is to be done yet. The reason stands on the version; history holds no free text."""
        if not reason.strip():
            raise SendBackReasonMissing()
        self.answer = reason

    @transition(
        state,
        VersionState.DRAFT,
        VersionState.DISCARDED,
        permission=allows("catalogue.draft"),
        custom={"label": _("Discard the draft")},
    )
    def discard(self):
        """It stays readable, and a new draft may be begun."""


pgtrigger.register(
    declared_edges_only(
        "version_declared_edges", [(e.source, e.target) for e in edges(ServiceVersion)]
    ),
    never_changes(
        "version_published_fixed",
        ["service_id", "number", "content", "content_sha256", "published_at", "published_by_id"],
        once="OLD.state = 'published'",
    ),
    pgtrigger.Protect(name="version_kept", operation=pgtrigger.Delete),
)(ServiceVersion)
