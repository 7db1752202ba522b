"""What a dossier is in viewflow, and the other rows of its life as an ordinary Django application keeps them.

The same facts and promises as in the portal: papers are attached, a number is given, a fee is asked for, tried,
captured and booked on two sides, a result is proposed and stored; who must be told, and what is counted.
Viewflow's own tasks are the history and the process steps.
"""

# ruff: noqa: DJ001, DJ008  # rows that no page shows

from uuid import uuid4

from django.conf import settings
from django.db import models
from viewflow import jsonstore
from viewflow.workflow.models import Process


class Dossier(Process):
    """A dossier as a process, its facts where viewflow's documentation puts them: in one JSON column."""

    service = jsonstore.CharField(max_length=20)
    applicant_name = jsonstore.CharField(max_length=200)
    answers = jsonstore.JSONField(default=dict)
    code = jsonstore.CharField(max_length=40)
    received_at = jsonstore.DateTimeField(null=True)
    due_at = jsonstore.DateTimeField(null=True)
    outcome = jsonstore.CharField(max_length=10, null=True)
    result = jsonstore.IntegerField(null=True)

    class Meta:
        proxy = True


class CodeCounter(models.Model):
    day = models.DateField(unique=True)
    last = models.PositiveIntegerField(default=0)


class Attachment(models.Model):
    draft = models.PositiveIntegerField(db_index=True)
    component = models.CharField(max_length=40)


class PaymentRequest(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    amount = models.BigIntegerField()
    asked_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)


class Attempt(models.Model):
    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT)
    txn_ref = models.CharField(max_length=100, unique=True)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, default="started")
    gateway_number = models.CharField(max_length=30, null=True, unique=True)
    started_at = models.DateTimeField()


class Entry(models.Model):
    reference = models.CharField(max_length=80, unique=True)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    at = models.DateTimeField()


class Posting(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT)
    account = models.CharField(max_length=20)
    amount = models.BigIntegerField()


class Proposal(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=10)
    statement = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()


class StoredDocument(models.Model):
    public_id = models.UUIDField(unique=True, default=uuid4)
    file = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()


class OutboxEvent(models.Model):
    key = models.CharField(max_length=200, unique=True)
    subscriber = models.CharField(max_length=120)
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)


class Delta(models.Model):
    metric = models.CharField(max_length=40)
    day = models.DateField()
    amount = models.BigIntegerField(default=0)
