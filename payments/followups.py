"""What money does after a dossier has moved, and what follows when money has moved."""

from django.conf import settings
from django.urls import reverse

from dossiers.models import Dossier
from dossiers.states import Channel
from payments import actions, receipts
from payments.models import Attempt, CashReceipt, Refund
from payments.states import State
from portal.notifications.messages import notify
from portal.workflow import after

# Moves of a refund that the applicant is told of; each has templates/payments/mail/<name>.{subject,body}.txt.
TOLD = {
    "approve": "refund_approved",
    "reject": "refund_rejected",
    "settle": "refund_done",
    "pay_out": "refund_done",
}


@after("dossiers.Dossier", "refuse_receipt")
def refund_what_was_paid(event):
    """Give back what was paid for a dossier that was refused at reception. Running it twice refunds once."""
    _refund(event.instance_id, Refund.Reason.NOT_RECEIVED)


@after("dossiers.Dossier", "accept_withdrawal")
def refund_what_was_withdrawn(event):
    """Give back what was paid for a dossier withdrawn before its processing began."""
    if not Dossier.objects.filter(
        pk=event.instance_id, processing_started_at__isnull=False
    ).exists():
        _refund(event.instance_id, Refund.Reason.WITHDRAWN)


@after("payments.Attempt", "capture")
@after("payments.Attempt", "accept_as_paid")
def issue_receipt(event):
    """The receipt for a fee paid online."""
    attempt = Attempt.objects.select_related("dossier", "request", "handling_agency")
    receipts.issue_for_attempt(attempt.get(pk=event.instance_id))


@after("payments.Refund", "settle")
@after("payments.Refund", "pay_out")
def issue_counter_receipt(event):
    """The counter-receipt for a fee given back."""
    refund = Refund.objects.select_related("attempt", "cash_receipt")
    receipts.issue_counter(refund.get(pk=event.instance_id))


def tell_payer(event):
    """Write to the applicant what became of their money."""
    refund = Refund.objects.select_related(
        "dossier__filed_by", "dossier__service", "handling_agency", "dossier__receiving_unit"
    ).get(pk=event.instance_id)
    dossier = refund.dossier
    online = dossier.channel == Channel.ONLINE
    notify(
        key=f"refund:{refund.pk}:{event.sequence}",
        recipient=dossier.applicant_email or (dossier.filed_by.email if online else ""),
        user=dossier.filed_by if online else None,
        template=f"payments/mail/{TOLD[event.transition]}",
        context={
            "dossier": dossier,
            "refund": refund,
            "link": f"{settings.PORTAL_PUBLIC_URL}{reverse('payments:history', args=[dossier.public_id])}",
        },
    )


for transition in TOLD:
    after("payments.Refund", transition)(tell_payer)


def _refund(dossier_id, reason):
    for attempt in Attempt.objects.filter(dossier_id=dossier_id, state=State.CAPTURED):
        actions.request_refund(attempt, reason=reason)
    for receipt in CashReceipt.objects.filter(request__dossier_id=dossier_id):
        actions.request_refund(receipt, reason=reason)
