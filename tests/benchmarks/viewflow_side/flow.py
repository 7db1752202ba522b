"""The steps and people of a life at level 4. What people do at a page is done as viewflow's own page wrapper does it.

Each task goes straight to its person (no pool, no assigning afterwards), which spares viewflow a write per step.
"""

from contextlib import contextmanager
from types import SimpleNamespace

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import now
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.base import Flow
from viewflow.workflow.models import Process
from viewflow_side.models import (
    Account,
    Attachment,
    Attempt,
    CodeCounter,
    Delta,
    Dossier,
    Entry,
    OutboxEvent,
    PaymentRequest,
    Person,
    Posting,
)

# Who hears of a step, and what it adds to the figures: as in the portal.
TOLD = {
    "submit": ("tell_applicant", "print_filing_receipt"),
    "receive": ("tell_applicant", "print_form_01"),
    "start_processing": ("tell_applicant",),
    "request_payment": ("tell_applicant",),
    "record_payment": ("tell_applicant", "return_online", "write_receipt"),
    "complete": ("tell_applicant", "return_online"),
    "return_result": ("tell_applicant",),
}
COUNTED = {
    "receive": "received",
    "record_payment": "online_payments",
    "complete": "completed_early",
}


def _done_on_a_page(activation):
    """Stands where a view stands: the pages themselves are no part of the comparison."""


def _anybody(user):
    return user.is_authenticated


def _one_door(activation):
    return DossierFlow.people.one_door


def _specialist(activation):
    return DossierFlow.people.specialist


def _leader(activation):
    return DossierFlow.people.leader


class DossierFlow(Flow):
    process_class = Process
    lock_impl = lock.select_for_update_lock  # what viewflow recommends with PostgreSQL

    submit = flow.Start(_done_on_a_page).Available(_anybody).Next(this.receive)
    receive = flow.View(_done_on_a_page).Assign(_one_door).Next(this.start_processing)
    start_processing = flow.View(_done_on_a_page).Assign(_one_door).Next(this.request_payment)
    request_payment = flow.View(_done_on_a_page).Assign(_specialist).Next(this.record_payment)
    record_payment = flow.Handle(this.book).Next(this.propose)
    propose = flow.View(_done_on_a_page).Assign(_specialist).Next(this.complete)
    complete = flow.View(_done_on_a_page).Assign(_leader).Next(this.return_result)
    return_result = flow.View(_done_on_a_page).Assign(_one_door).Next(this.end)
    end = flow.End()

    people = None  # a Cast

    def book(self, activation, txn_ref, gateway_number):
        """Take the money into the books, as the portal's capture does."""
        dossier = artifact(activation.process)
        attempt = Attempt.objects.select_for_update().get(txn_ref=txn_ref)
        request = PaymentRequest.objects.select_for_update().get(pk=attempt.request_id)
        attempt.state, attempt.gateway_number = "captured", gateway_number
        attempt.bank_code, attempt.response_code = "NCB", "00"
        attempt.save(update_fields=["state", "gateway_number", "bank_code", "response_code"])
        request.paid_at = request.closed_at = now()
        request.save(update_fields=["paid_at", "closed_at"])
        entry = Entry.objects.create(
            reference=f"capture:{attempt.public_id}", dossier=dossier, at=now()
        )
        agency = dossier.handling_agency_id
        Posting.objects.bulk_create(
            [
                Posting(entry=entry, account=account("gateway", agency), amount=attempt.amount),
                Posting(entry=entry, account=account("agency", agency), amount=-attempt.amount),
            ]
        )
        step(dossier, "record_payment", state="in_process", stopped_since=None)


class Cast:
    """The four people of a life, by their keys."""

    def __init__(self, keys):
        people = Person.objects.in_bulk(keys.values())
        for name, key in keys.items():
            setattr(self, name, people[key])


def artifact(process):
    """The dossier of a process, locked after it, as every page and handler reads it."""
    return Dossier.objects.select_for_update(no_key=True).get(pk=process.artifact_object_id)


_accounts = {}


def account(kind, agency):
    """An account of the books, read once."""
    if (kind, agency) not in _accounts:
        found, _made = Account.objects.get_or_create(kind=kind, agency_id=agency)
        _accounts[kind, agency] = found
    return _accounts[kind, agency]


def start(user, draft, dossier_type):
    """What ``wrap_start_view`` and a page that creates the process do: check the papers, give a number."""
    node = DossierFlow.submit
    activation = node.activation_class.create(node, None, None)
    if not node.can_execute(user, activation.task):
        raise PermissionDenied
    with transaction.atomic():
        activation.start(SimpleNamespace(user=user))
        dossier = Dossier.objects.select_for_update(no_key=True).get(pk=draft)
        attached = set(
            Attachment.objects.filter(dossier=dossier).values_list("component", flat=True)
        )
        if "paper" not in attached:
            raise PermissionDenied
        counter, _made = CodeCounter.objects.select_for_update().get_or_create(
            unit_id=dossier.receiving_unit_id, day=now().date()
        )
        counter.last += 1
        counter.save(update_fields=["last"])
        activation.process.artifact_content_type = dossier_type
        activation.process.artifact_object_id = dossier.pk
        activation.execute()
        step(
            dossier,
            "submit",
            state="submitted",
            code=f"T01-{counter.day:%y%m%d}-{counter.last:04}",
            answers_sha256="0" * 64,
            submitted_at=now(),
        )
    return activation.process, dossier


@contextmanager
def page(node, process, user):
    """What ``wrap_view`` does around a page; the page's own work is done inside, then the task is executed."""
    with DossierFlow.lock(process.pk), transaction.atomic():
        task = DossierFlow.task_class.objects.get(process_id=process.pk, flow_task=node)
        activation = node.activation_class(task)
        if not node.can_execute(user, task=task):
            raise PermissionDenied
        activation.start(SimpleNamespace(user=user))
        yield artifact(activation.process)
        activation.execute()


def hear_from_gateway(process, attempt, gateway_number):
    """A notice of payment arrives: no person, no page."""
    node = DossierFlow.record_payment
    task = DossierFlow.task_class.objects.get(process_id=process.pk, flow_task=node)
    node.run(task, txn_ref=attempt.txn_ref, gateway_number=gateway_number)


def step(dossier, name, **changes):
    """Save what a step changes, and keep for later who must hear of it and what it counts."""
    changes["changed_at"] = now()
    for attribute, value in changes.items():
        setattr(dossier, attribute, value)
    dossier.save(update_fields=list(changes))
    if name in TOLD:
        OutboxEvent.objects.bulk_create(
            OutboxEvent(
                key=f"{subscriber}:{dossier.pk}:{name}",
                subscriber=subscriber,
                payload={"instance_id": dossier.pk, "transition": name},
            )
            for subscriber in TOLD[name]
        )
    if name in COUNTED:
        Delta.objects.create(
            metric=COUNTED[name],
            day=now().date(),
            agency=dossier.handling_agency_id,
            service=dossier.service_id,
            channel=dossier.channel,
        )
