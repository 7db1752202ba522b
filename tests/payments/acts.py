"""One dossier whose fee is asked for, and what everybody does about its money, each through the door people use.

Payers and officials act on pages, the gateway by its notices and answers (tests/payments/bank.py), the portal by what
its completer calls. Each act says whether it was carried out; what is refused must be refused politely.
"""

from contextlib import contextmanager
from datetime import timedelta

from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from payments import actions
from payments.models import Attempt, CashReceipt, ReconciliationLine, Refund
from payments.reconciliation import actions as reconciliation
from portal.errors import PortalError
from tests.dossiers.factories import (
    DossierFactory,
    accept_withdrawal,
    officer,
    request_withdrawal,
)
from tests.payments import settlement
from tests.payments.notices import notice_query

# What the gateway says about a payment of each status: answer and status of its notice.
CODES = {"00": ("00", "00"), "02": ("24", "02"), "04": ("99", "04"), "07": ("07", "07")}
HELD = ("04", "07")  # the payer was charged, and the money is not ours
POLITE = {403, 404, 409, 422}
QUARTER, LONG_AGO = timedelta(minutes=20), timedelta(hours=2)
SUM = 75_000  # VND
PROOF = "Sao kê ngân hàng số 12."


class Browsers:
    """A browser for each person; all of them share one loaded portal."""

    def __init__(self):
        self.portal, self.of_people = ClientHandler(enforce_csrf_checks=False), {}

    def new(self):
        browser = Client()
        browser.handler = self.portal
        return browser

    def of(self, person):
        """The browser in which ``person`` is signed in."""
        if person.pk not in self.of_people:
            self.of_people[person.pk] = self.new()
            self.of_people[person.pk].force_login(person)
        return self.of_people[person.pk]


class Case:
    """The dossier, its attempts in their order, and the people around it."""

    def __init__(self, bank, offering, browsers):
        self.bank, self.browsers = bank, browsers
        self.dossier = DossierFactory(offering=offering, payment_requested=True)
        self.request = self.dossier.payment_requests.get()
        self.attempts = []

    # The payer ---------------------------------------------------------------------------

    def start(self):
        """A new attempt, or ``None`` where there is nothing open to pay."""
        left = self.browsers.of(self.dossier.filed_by).post(f"/pay/{self.dossier.public_id}/start/")
        if left.status_code != 302 or not left.url.startswith(self.bank.config["pay_url"]):
            assert left.status_code in POLITE
            return None
        self.attempts.append(self.dossier.attempts.order_by("pk").last())
        return self.attempts[-1]

    def come_back(self, attempt):
        """The browser comes back and says that all is well, as any address may."""
        Attempt.objects.filter(pk=attempt.pk).update(asked_at=None, looked_at=None)
        page = f"/pay/return/{attempt.public_id}/?vnp_ResponseCode=00"
        assert self.browsers.of(self.dossier.filed_by).get(page).status_code == 200

    def withdraw(self):
        dossier = Dossier.objects.get(pk=self.dossier.pk)
        if dossier.state == "payment_requested":
            request_withdrawal(dossier)
            accept_withdrawal(dossier)

    def ask_back(self):
        """The payer asks for the fee back on the page for it."""
        page = f"/pay/{self.dossier.public_id}/refund/"
        payer = self.browsers.of(self.dossier.filed_by)
        answer = payer.post(page, {"note": "Tôi đã nộp phí này bằng tiền mặt."})
        assert answer.status_code in {302, *POLITE}
        return answer.status_code == 302

    # The gateway -----------------------------------------------------------------------------

    def ends(self, attempt, status):
        """The gateway comes to an end, or to another one, with the payment of ``attempt``."""
        payment = self.bank.payments.get(attempt.txn_ref)
        if payment is None:
            self.bank.owes(attempt, status=status)
        else:
            payment.status = status

    def tell(self, attempt):
        status = self.bank.payments[attempt.txn_ref].status
        answer, said = CODES[status]
        return self.hear(notice_query(attempt, ResponseCode=answer, TransactionStatus=said))

    def hear(self, query):
        return self.browsers.new().get(f"/pay/ipn/?{query}").json()["RspCode"]

    def pays(self, attempt):
        self.ends(attempt, "00")
        assert self.tell(attempt) in {"00", "02"}

    # Time and the portal ---------------------------------------------------------------------

    def grow_old(self, attempt, by=LONG_AGO):
        earlier = timezone.now() - by
        Attempt.objects.filter(pk=attempt.pk).update(
            started_at=earlier, expires_at=earlier + timedelta(minutes=15)
        )
        attempt.refresh_from_db()

    def complete(self, attempt, questions=0):
        """What the completer does when a question about ``attempt`` is due."""
        Attempt.objects.filter(pk=attempt.pk).update(queries=questions, asked_at=None)
        actions.ask_gateway(Attempt.objects.get(pk=attempt.pk))

    def ask_in_vain(self, attempt):
        """The last of the completer's questions, of a gateway that is not there."""
        with self.trouble("request lost"):
            self.complete(attempt, questions=3)

    def send(self, refund, trouble="none"):
        with self.trouble(trouble):
            actions.send_refund(Refund.objects.get(pk=refund.pk), even_if_put_off=True)

    @contextmanager
    def trouble(self, trouble):
        self.bank.lose_answers = int(trouble == "answer lost")
        self.bank.lose_requests = int(trouble == "request lost")
        self.bank.refuse_with("95" if trouble == "refused" else None)
        try:
            yield
        finally:
            self.bank.lose_answers = self.bank.lose_requests = 0
            self.bank.refuse_with(None)

    # Officials ---------------------------------------------------------------------------------

    def take_cash(self):
        try:
            actions.receive_cash(self.request, by=officer(self.dossier, "cashier"))
        except PortalError:
            return None
        return CashReceipt.objects.get(request=self.request)

    def propose(self, attempt, decision):
        payment = self.bank.payments.get(attempt.txn_ref)
        number = payment.number if decision != "unpaid" else ""
        typed = {"decision": decision, "note": PROOF, "gateway_number": number}
        return self.at_desk("cashier", attempt, "propose_decision", **typed)

    def confirm(self, attempt, name):
        return self.at_desk("leader", attempt, name)

    def ask_for_refund(self, payment):
        """An officer finds that the fee was taken by mistake."""
        try:
            return actions.request_refund(
                payment,
                reason=Refund.Reason.MISTAKE,
                by=officer(self.dossier, "cashier"),
                note="Thu nhầm.",
            )
        except PortalError:
            return None

    def repair(self):
        """Today's file is compared and every line that somebody can do something about is repaired."""
        for line in open_lines(self.attempts):
            if line.kind == "payment" or line.finding != "theirs_only" or line.attempt_id:
                try:
                    reconciliation.repair(line, by=officer(self.dossier, "cashier"))
                except PortalError:
                    continue

    def at_desk(self, role, row, name, **typed):
        """Press the button of a transition in the admin; whether it was carried out."""
        row.refresh_from_db()
        page = reverse(f"admin:payments_{row._meta.model_name}_transition", args=[row.pk, name])
        official = self.browsers.of(officer(self.dossier, role))
        answer = official.post(page, {"seen": row.sequence, **typed})
        assert answer.status_code in {302, *POLITE}
        return answer.status_code == 302

    # Around ---------------------------------------------------------------------------------------

    def refunds(self, *states):
        return list(Refund.objects.filter(dossier=self.dossier, state__in=states).order_by("pk"))


def open_lines(attempts):
    """What of these attempts does not match in today's file."""
    taken = reconciliation.reconcile(settlement.today())
    mine = [attempt.txn_ref for attempt in attempts]
    lines = ReconciliationLine.objects.filter(reconciliation=taken, txn_ref__in=mine)
    return list(lines.exclude(finding="matched").select_related("reconciliation__file"))
