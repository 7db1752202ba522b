"""The words of the gateway's own books: states, codes and the edges between states.

Sources: docs/sandbox.md.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a payment stands at the gateway."""

    OPEN = "open", _("Waiting for the payer")
    PAID = "paid", _("Payment successful")
    SUSPECTED = "suspected", _("Money taken, held as suspicious")
    REVERSED = "reversed", _("Money taken by the bank, not received here")
    FAILED = "failed", _("Refused by the bank")
    CANCELLED = "cancelled", _("Cancelled by the payer")
    EXPIRED = "expired", _("Time ran out")
    REFUNDED = "refunded", _("Given back in full")


MONEY_TAKEN = (State.PAID, State.SUSPECTED, State.REFUNDED)
REFUNDABLE = (State.PAID, State.SUSPECTED)

# Enforced by a trigger in the database; a test compares the two.
EDGES = frozenset(
    {
        (State.OPEN, State.PAID),
        (State.OPEN, State.SUSPECTED),
        (State.OPEN, State.REVERSED),
        (State.OPEN, State.FAILED),
        (State.OPEN, State.CANCELLED),
        (State.OPEN, State.EXPIRED),
        (State.PAID, State.REFUNDED),
        (State.SUSPECTED, State.REFUNDED),
        (State.REFUNDED, State.PAID),  # the bank refused the refund
        (State.REFUNDED, State.SUSPECTED),
    }
)


class RefundState(models.TextChoices):
    """Where a refund stands: taken on by the gateway, then with the bank or refused by it."""

    PROCESSING = "processing", _("Being processed")
    SENT = "sent", _("Sent to the bank")
    REFUSED = "refused", _("Refused by the bank")


class NotificationState(models.TextChoices):
    """Whether the merchant has taken note of a result."""

    DUE = "due", _("Being delivered")
    DELIVERED = "delivered", _("Taken note of")
    GIVEN_UP = "given_up", _("Given up after 10 calls")


class Trouble(models.TextChoices):
    """Names of settings of the switches, for a button each."""

    NONE = "", _("None")
    DELAY = "delay", _("Success, but the merchant is told ten minutes later")
    DROP = "drop", _("Success, but the merchant is never told")
    DUPLICATE = "duplicate", _("Success, and the merchant is told three times at once")
    BEFORE = "before", _("Success, and the merchant is told before you come back")
    AFTER = "after", _("Success, and the merchant is told only after you came back")
    FORGE = "forge", _("Success, after a forged notice with a wrong signature")
    WRONG_AMOUNT = "wrong_amount", _("Success, after a signed notice of another amount")


MAX_CALLS = 10  # notices of one result, five minutes apart at the real gateway
FINAL_ANSWERS = ("00", "02")  # the merchant has it: stop calling

# vnp_TransactionStatus as querydr, notices and refunds give it
STATUS_OF = {
    State.OPEN: "01",
    State.PAID: "00",
    State.SUSPECTED: "07",
    State.REVERSED: "04",
    State.FAILED: "02",
    State.CANCELLED: "02",
    State.EXPIRED: "02",
}
REFUND_STATUS_OF = {
    RefundState.PROCESSING: "05",
    RefundState.SENT: "06",
    RefundState.REFUSED: "09",
}

# vnp_ResponseCode of a finished payment, in the words the payer reads
OUTCOMES = {
    "00": _("The payment succeeded."),
    "07": _("The money was taken, but the payment is held as suspicious."),
    "09": _("The card is not registered for online payment."),
    "10": _("The card could not be verified: wrong details more than three times."),
    "11": _("The card has expired, or the time to pay ran out."),
    "12": _("The card is locked."),
    "13": _("The one-time password was wrong."),
    "24": _("You cancelled the payment."),
    "51": _("There is not enough money in the account."),
    "65": _("The account has reached its daily limit."),
    "75": _("The bank is under maintenance."),
    "79": _("The password was wrong too often."),
    "99": _("The bank refused for another reason."),
}
WAS_REVERSED = _(
    "The bank took the money, but the payment was not completed. The bank decides what becomes of it."
)


def outcome(state, code):
    """What came of a payment, in the words the payer reads; empty while it is open."""
    return WAS_REVERSED if state == State.REVERSED else OUTCOMES.get(code, "")
