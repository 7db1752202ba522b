"""Cash on the counter."""

from django.db import transaction

from dossiers.models import Dossier, PaymentRequest
from payments import ledger, receipts
from payments.actions.capturing import is_still_asked_for
from payments.errors import NothingOpenToPay, NotTheCashier
from payments.models import CashReceipt
from portal import clock
from portal.workflow import allows, carry_out, lock

TAKES_CASH = allows("payment.receive_cash")


def receive_cash(request, *, by):
    """The cashier took the fee at the counter: receipt, ledger entry and ``record_payment`` in one transaction."""
    with transaction.atomic():
        dossier = lock(
            Dossier.objects.select_related("handling_agency", "receiving_unit__agency").get(
                pk=request.dossier_id
            )
        )
        request = PaymentRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        grant = TAKES_CASH.grant_of(by, dossier)
        if grant is None:
            raise NotTheCashier()
        if not is_still_asked_for(dossier, request):
            raise NothingOpenToPay()
        now = clock.now()
        receipt = CashReceipt.objects.create(
            request=request, amount=request.amount, cashier=by, grant_id=grant.pk, received_at=now
        )
        ledger.cash(receipt, dossier, now)
        carry_out(dossier, "record_payment", by=None, request=request)
        receipts.issue_for_cash(receipt)
    return receipt
