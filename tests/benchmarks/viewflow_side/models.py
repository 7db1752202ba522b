"""The portal's own tables, as an ordinary Django application would describe what it needs of them.

The other side of P2 writes into a clone of the portal's database: the same columns, indexes, keys, constraints and
triggers, so that nothing is promised more cheaply. A dossier is what viewflow calls the artifact of a process;
viewflow's process and its tasks stand for history and steps, which it keeps itself.
"""

# ruff: noqa: DJ001, DJ008  # rows that no page shows, in columns that are as they are

from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models.functions import Now


class Table(models.Model):
    """A table that is there already."""

    class Meta:
        abstract = True
        managed = False


class Person(AbstractBaseUser):
    username = models.CharField(max_length=30, unique=True)
    USERNAME_FIELD = "username"

    class Meta:
        managed = False
        db_table = "accounts_user"


class Attachment(Table):
    dossier = models.ForeignKey("Dossier", on_delete=models.PROTECT)
    component = models.CharField(max_length=60)

    class Meta(Table.Meta):
        db_table = "dossiers_attachment"


class CodeCounter(Table):
    unit_id = models.BigIntegerField()
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta(Table.Meta):
        db_table = "dossiers_codecounter"


class StoredDocument(Table):
    public_id = models.UUIDField(default=uuid4)
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=4)
    file = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    signed_by = models.CharField(max_length=200)

    class Meta(Table.Meta):
        db_table = "documents_storeddocument"


class Dossier(Table):
    code = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=50)
    outcome = models.CharField(max_length=10)
    channel = models.PositiveSmallIntegerField()
    service_id = models.BigIntegerField()
    receiving_unit_id = models.BigIntegerField()
    handling_agency_id = models.BigIntegerField()
    answers_sha256 = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)
    stopped_since = models.DateTimeField(null=True)
    processing_started_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    result = models.OneToOneField(StoredDocument, null=True, on_delete=models.PROTECT)

    class Meta(Table.Meta):
        db_table = "dossiers_dossier"


class PaymentRequest(Table):
    public_id = models.UUIDField(default=uuid4)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    returns_to = models.CharField(max_length=50)
    amount = models.BigIntegerField()
    lines = models.JSONField(default=list)
    online = models.BooleanField(default=True)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta(Table.Meta):
        db_table = "dossiers_paymentrequest"


class Proposal(Table):
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=10)
    statement = models.TextField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()

    class Meta(Table.Meta):
        db_table = "dossiers_proposal"


class Attempt(Table):
    public_id = models.UUIDField(default=uuid4)
    sequence = models.PositiveIntegerField(default=0)
    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    handling_agency_id = models.BigIntegerField()
    driver = models.CharField(max_length=20, default="vnpay")
    tmn_code = models.CharField(max_length=8, default="BENCH001")
    txn_ref = models.CharField(max_length=100)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=50, default="started")
    gateway_number = models.CharField(max_length=30, null=True)
    bank_code = models.CharField(max_length=20, default="")
    response_code = models.CharField(max_length=2, default="")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    queries = models.PositiveSmallIntegerField(default=0)
    qr_content = models.TextField(default="")
    decision = models.CharField(max_length=6, default="")
    decision_number = models.CharField(max_length=30, default="")
    decision_note = models.TextField(default="")

    class Meta(Table.Meta):
        db_table = "payments_attempt"


class Account(Table):
    kind = models.CharField(max_length=11)
    agency_id = models.BigIntegerField(null=True)

    class Meta(Table.Meta):
        db_table = "payments_account"


class Entry(Table):
    reference = models.CharField(max_length=80)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(Table.Meta):
        db_table = "payments_entry"


class Posting(Table):
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    amount = models.BigIntegerField()

    class Meta(Table.Meta):
        db_table = "payments_posting"


class OutboxEvent(Table):
    key = models.CharField(max_length=200)
    subscriber = models.CharField(max_length=120)
    payload = models.JSONField()

    class Meta(Table.Meta):
        db_table = "workflow_outboxevent"


class Delta(Table):
    metric = models.CharField(max_length=40)
    day = models.DateField()
    agency = models.BigIntegerField()
    service = models.BigIntegerField()
    channel = models.SmallIntegerField()
    amount = models.BigIntegerField(default=0)

    class Meta(Table.Meta):
        db_table = "workflow_delta"
