"""What a payment request asked for is never rewritten: the database refuses it."""

from dossiers.models import PaymentRequest
from portal.workflow.protection import fixed_once_set, never_changes


class FrozenRequest(PaymentRequest):
    """The payment request of a dossier, as money sees it: sum, lines and owner are fixed when it is made."""

    class Meta:
        proxy = True
        triggers = [
            never_changes(
                "payment_request_frozen", ["amount", "lines", "dossier_id", "online", "asked_at"]
            ),
            fixed_once_set("payment_request_paid_for_good", "paid_at"),
        ]
