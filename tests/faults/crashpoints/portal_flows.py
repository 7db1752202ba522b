"""The portal's flows of money, each as somebody outside drives it: a page, a notice over HTTP, a round of a task."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions
from payments.models import Attempt, Refund
from payments.tasks import complete_open_attempts
from portal.workflow import bell
from tests.dossiers.factories import DossierFactory, officer
from tests.faults.checker import violations
from tests.payments.factories import AttemptFactory
from tests.payments.notices import notice_query


class Flow:
    """``prepare()`` begins a case; keys only are kept, because the process that acts is another one."""

    def __init__(self, bank):
        self.bank = bank

    @property
    def name(self):
        return type(self).name

    def before_fork(self):
        bell._silent_until = 0.0  # each child rings

    def again(self):
        self.run()

    def violations(self):
        with connection.cursor() as cursor:
            found = violations(cursor)
        found |= self.against_the_gateway()
        return found

    def against_the_gateway(self):
        """Nothing in our books that the gateway did not do; never more given back there than was taken."""
        found = {}
        for attempt in Attempt.objects.filter(state__in=["captured", "surplus"]):
            theirs = self.bank.payments.get(attempt.txn_ref)
            if theirs is None or theirs.amount != attempt.amount:
                found.setdefault("captured nowhere", []).append(attempt.txn_ref)
        for refund in Refund.objects.filter(state="done", attempt__isnull=False):
            if self.bank.payments[refund.attempt.txn_ref].refunded < refund.amount:
                found.setdefault("refunded nowhere", []).append(refund.attempt.txn_ref)
        for ref, payment in self.bank.payments.items():
            if payment.refunded > payment.amount:
                found.setdefault("given back twice", []).append(ref)
        return found


class PayStart(Flow):
    name = "pay start"

    def prepare(self):
        dossier = DossierFactory(payment_requested=True)
        self.dossier = dossier.pk

    def run(self):
        dossier = Dossier.objects.select_related("filed_by").get(pk=self.dossier)
        request = dossier.payment_requests.get()
        self.url = actions.start(request, by=dossier.filed_by, ip_addr="127.0.0.1")

    def done(self):
        attempts = Attempt.objects.filter(dossier=self.dossier)
        return attempts.exists() and {attempt.state for attempt in attempts} == {"started"}


class Noticed(Flow):
    """A notice over HTTP; the gateway repeats it until it is answered 00 or 02."""

    changes = {}

    def prepare(self):
        attempt = AttemptFactory(dossier=DossierFactory(payment_requested=True))
        self.bank.owes(attempt, status="02" if self.changes else "00")
        self.attempt, self.query = attempt.pk, notice_query(attempt, **self.changes)
        self.answer = None

    def run(self):
        self.answer = Client().get(f"/pay/ipn/?{self.query}").json()["RspCode"]

    def done(self):
        attempt = Attempt.objects.select_related("dossier").get(pk=self.attempt)
        return (attempt.state, attempt.dossier.state) == self.end and self.answer in {
            *(None, "00", "02"),
        }


class IpnSuccess(Noticed):
    name = "IPN success"
    end = ("captured", "submitted")


class IpnFailure(Noticed):
    name = "IPN fail"
    changes = {"ResponseCode": "24", "TransactionStatus": "02"}
    end = ("failed", "payment_requested")


class Completer(Flow):
    """No notice came: a round of the task asks the gateway."""

    name = "completer"

    def prepare(self):
        earlier = timezone.now().replace(microsecond=0) - timedelta(minutes=3)
        attempt = AttemptFactory(dossier=DossierFactory(payment_requested=True), started_at=earlier)
        self.bank.owes(attempt)
        self.attempt = attempt.pk

    def run(self):
        complete_open_attempts()

    def again(self):
        Attempt.objects.filter(pk=self.attempt).update(queries=0)  # its next question is due
        complete_open_attempts()

    def done(self):
        attempt = Attempt.objects.select_related("dossier").get(pk=self.attempt)
        return (attempt.state, attempt.dossier.state) == ("captured", "submitted")


class Captured(Flow):
    """Begins with a payment that both sides have."""

    def prepare(self):
        attempt = AttemptFactory(dossier=DossierFactory(payment_requested=True))
        self.bank.owes(attempt)
        assert actions.absorb(notice_query(attempt)) == "00"
        self.attempt = attempt.pk
        officer(attempt.dossier, "cashier")
        officer(attempt.dossier, "leader")

    def paid(self):
        return Attempt.objects.select_related("dossier__handling_agency").get(pk=self.attempt)


class RefundRequest(Captured):
    """An officer asks for the money back, another approves."""

    name = "refund request"

    def run(self):
        attempt = self.paid()
        refund = Refund.objects.filter(attempt=attempt).first()
        if refund is None:
            refund = actions.request_refund(
                attempt,
                reason=Refund.Reason.MISTAKE,
                by=officer(attempt.dossier, "cashier"),
                note="Thu nhầm phí.",
            )
        if refund.state == "requested":
            actions.approve_refund(refund, by=officer(attempt.dossier, "leader"))

    def done(self):
        return [
            (refund.amount, refund.state) for refund in Refund.objects.filter(attempt=self.attempt)
        ] == [(self.paid().amount, "approved")]


class RefundSend(Captured):
    """The refund goes to the gateway, and its answer into the books."""

    name = "refund send"

    def prepare(self):
        super().prepare()
        actions.request_refund(self.paid(), reason=Refund.Reason.SURPLUS)

    def run(self):
        complete_open_attempts()

    def again(self):
        Refund.objects.filter(attempt=self.attempt).update(next_try_at=None)  # its turn has come
        complete_open_attempts()

    def done(self):
        attempt = self.paid()
        [refund] = Refund.objects.filter(attempt=attempt)
        given = self.bank.payments[attempt.txn_ref].refunded
        return (refund.state, given) == ("done", attempt.amount)


FLOWS = [PayStart, IpnSuccess, IpnFailure, Completer, RefundRequest, RefundSend]
