"""The steps and people of a life at level 4. What people do at a page is done as viewflow's own page wrapper does it.

Each task goes straight to its person (no pool, no assigning afterwards), which spares viewflow a write per step.
"""

from contextlib import contextmanager
from types import SimpleNamespace

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import now
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.base import Flow
from viewflow_side.models import (
    Attachment,
    Attempt,
    CodeCounter,
    Delta,
    Dossier,
    Entry,
    OutboxEvent,
    PaymentRequest,
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


class DossierFlow(Flow):
    process_class = Dossier
    lock_impl = lock.select_for_update_lock  # what viewflow recommends with PostgreSQL

    submit = flow.Start(_done_on_a_page).Available(username="citizen").Next(this.receive)
    receive = flow.View(_done_on_a_page).Assign(username="one_door").Next(this.start_processing)
    start_processing = (
        flow.View(_done_on_a_page).Assign(username="one_door").Next(this.request_payment)
    )
    request_payment = (
        flow.View(_done_on_a_page).Assign(username="specialist").Next(this.record_payment)
    )
    record_payment = flow.Handle(this.book).Next(this.propose)
    propose = flow.View(_done_on_a_page).Assign(username="specialist").Next(this.complete)
    complete = flow.View(_done_on_a_page).Assign(username="leader").Next(this.return_result)
    return_result = flow.View(_done_on_a_page).Assign(username="one_door").Next(this.end)
    end = flow.End()

    def book(self, activation, txn_ref, gateway_number):
        """Take the money into the books, as the portal's capture does."""
        attempt = Attempt.objects.select_for_update().get(txn_ref=txn_ref)
        request = PaymentRequest.objects.select_for_update().get(pk=attempt.request_id)
        attempt.state, attempt.gateway_number = "captured", gateway_number
        attempt.save(update_fields=["state", "gateway_number"])
        request.paid_at = now()
        request.save(update_fields=["paid_at"])
        entry = Entry.objects.create(
            reference=f"capture:{txn_ref}", dossier=activation.process, at=now()
        )
        Posting.objects.bulk_create(
            [
                Posting(entry=entry, account="gateway", amount=attempt.amount),
                Posting(entry=entry, account="agency", amount=-attempt.amount),
            ]
        )
        follow(activation.process, "record_payment")


class Cast:
    """The four people of a life."""

    def __init__(self):
        for name in ("citizen", "one_door", "specialist", "leader"):
            setattr(self, name, User.objects.create_user(name))


def start(user, draft, **facts):
    """What ``wrap_start_view`` and a page that creates the process do: check the papers, give a number."""
    node = DossierFlow.submit
    activation = node.activation_class.create(node, None, None)
    if not node.can_execute(user, activation.task):
        raise PermissionDenied
    with transaction.atomic():
        activation.start(SimpleNamespace(user=user))
        attached = set(Attachment.objects.filter(draft=draft).values_list("component", flat=True))
        if "paper" not in attached:
            raise PermissionDenied
        counter, _made = CodeCounter.objects.select_for_update().get_or_create(day=now().date())
        counter.last += 1
        counter.save(update_fields=["last"])
        for name, value in facts.items():
            setattr(activation.process, name, value)
        activation.process.code = f"T01-{counter.day:%y%m%d}-{counter.last:04}"
        activation.execute()
        follow(activation.process, "submit")
    return activation.process


@contextmanager
def page(node, dossier, user):
    """What ``wrap_view`` does around a page; the page's own work is done inside, then the task is executed."""
    with DossierFlow.lock(dossier.pk), transaction.atomic():
        task = DossierFlow.task_class.objects.get(process_id=dossier.pk, flow_task=node)
        activation = node.activation_class(task)
        if not node.can_execute(user, task=task):
            raise PermissionDenied
        activation.start(SimpleNamespace(user=user))
        yield activation.process
        activation.execute()
        follow(activation.process, node.name)


def hear_from_gateway(dossier, attempt, gateway_number):
    """A notice of payment arrives: no person, no page."""
    node = DossierFlow.record_payment
    task = DossierFlow.task_class.objects.get(process_id=dossier.pk, flow_task=node)
    node.run(task, txn_ref=attempt.txn_ref, gateway_number=gateway_number)


def follow(process, step):
    """Keep for later who must hear of this step, and what it counts."""
    if step in TOLD:
        OutboxEvent.objects.bulk_create(
            OutboxEvent(
                key=f"{subscriber}:{process.pk}:{step}",
                subscriber=subscriber,
                payload={"instance_id": process.pk, "transition": step},
            )
            for subscriber in TOLD[step]
        )
    if step in COUNTED:
        Delta.objects.create(metric=COUNTED[step], day=now().date())
