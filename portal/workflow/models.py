"""What every machine of the portal shares: its history row, and what the floor itself keeps."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.workflow.protection import append_only


class WorkflowModel(models.Model):
    """Something with a declared machine, moved by :func:`portal.workflow.perform` and by nothing else.

    A subclass names its history (``history_model``, ``history_link``) and what it freezes into each history row
    (:meth:`history_context`). ``sequence`` counts its moves: a page that shows an older number is stale.
    """

    history_model = None
    history_link = None
    fields_left_unlocked = (
        frozenset()
    )  # large columns: not read again under the lock, changed by no move
    read_together = ()  # relations that moves look at, read once for a whole set (perform_many)

    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def history_context(self):
        """Columns of the history row beyond those that every machine has, by attribute name."""
        return {}

    # Companions (a request, a step, a proposal) are other rows that a move writes: the method that
    # moves hands them over, the statement of the move writes them.

    def companion(self, instance):
        """Have a new row written with the move under way; its key stays unknown here."""
        self.move.begun.append(instance)

    def companion_change(self, instance, *attnames):
        """Have these attributes of an existing row saved with the move under way."""
        self.move.changed.append((instance, attnames))

    def companion_end(self, model, attname, value):
        """Have the row of ``model`` that belongs here and is open (``attname`` is empty) ended so, if there is one."""
        self.move.ended.append((model, attname, value))


class HistoryRow(models.Model):
    """One move of one machine: who, when, from where to where. Never changed, never removed.

    ``details`` holds ids, codes and amounts only, never personal data or free text.
    """

    sequence = models.PositiveIntegerField()
    transition = models.CharField(max_length=50)
    source = models.CharField(max_length=50)
    target = models.CharField(max_length=50)
    at = models.DateTimeField(_("at"))  # portal clock
    recorded_at = models.DateTimeField(db_default=Now())  # database clock
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    grant = models.ForeignKey(
        "accounts.RoleGrant", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.sequence}. {self.transition}: {self.source} → {self.target}"


class OutboxEvent(models.Model):
    """Something that must happen after a commit. Kept until it has happened."""

    key = models.CharField(max_length=200)
    subscriber = models.CharField(max_length=120)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_default=Now())
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(db_default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="outbox_key_once")]
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at__isnull=True),
            )
        ]

    def __str__(self):
        return self.key


class Delta(models.Model):
    """What one move adds to the official metrics, until it is folded into the rollup.

    ``quantity`` counts, ``amount`` is VND or, of what is completed, working minutes. Agency and service are plain
    keys: the floor knows no room above it.
    """

    metric = models.CharField(max_length=40)
    day = models.DateField()
    agency = models.BigIntegerField()
    service = models.BigIntegerField()
    channel = models.SmallIntegerField()
    quantity = models.BigIntegerField(db_default=1)
    amount = models.BigIntegerField(db_default=0)

    def __str__(self):
        return f"{self.metric} {self.day}: {self.quantity:+}"


class Fact(models.Model):
    """Something that happened and is no transition: a rating, an account opened, an access."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    dossier = models.BigIntegerField(null=True)
    agency = models.BigIntegerField(null=True)
    service = models.BigIntegerField(null=True)
    value = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        triggers = append_only("fact")
        indexes = [models.Index(fields=["kind", "at"], name="fact_kind_at")]

    def __str__(self):
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class Seal(models.Model):
    """One link of a chain: the digest of a history row together with the digest before it."""

    chain = models.CharField(max_length=80)  # history table and handling agency
    number = models.PositiveBigIntegerField()
    history_table = models.CharField(max_length=63)
    history_id = models.BigIntegerField()
    format = (
        models.PositiveSmallIntegerField()
    )  # which columns the digest covers, and how they are written
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = append_only("seal")
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="seal_number_once"),
            models.UniqueConstraint(fields=["history_table", "history_id"], name="seal_row_once"),
        ]

    def __str__(self):
        return f"{self.chain} {self.number}"


class Checkpoint(models.Model):
    """The head of a chain, signed (Ed25519)."""

    chain = models.CharField(max_length=80)
    number = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)
    signed_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = append_only("checkpoint")
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="checkpoint_once"),
        ]

    def __str__(self):
        return f"{self.chain} up to {self.number}"
