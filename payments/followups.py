"""What money does after a dossier has moved."""

from payments import actions
from payments.models import Attempt, Refund
from payments.states import State
from portal.workflow import after


@after("dossiers.Dossier", "refuse_receipt")
def refund_what_was_paid(event):
    """Give back what was paid for a dossier that was refused at reception. Running it twice refunds once."""
    _refund(event.instance_id, Refund.Reason.NOT_RECEIVED)


@after("dossiers.Dossier", "accept_withdrawal")
def refund_what_was_withdrawn(event):
    """Give back what was paid for a dossier withdrawn before its processing began."""
    if not Attempt.objects.filter(
        dossier_id=event.instance_id, dossier__processing_started_at__isnull=False
    ).exists():
        _refund(event.instance_id, Refund.Reason.WITHDRAWN)


def _refund(dossier_id, reason):
    for attempt in Attempt.objects.filter(dossier_id=dossier_id, state=State.CAPTURED):
        actions.request_refund(attempt, reason=reason)
