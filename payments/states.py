from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The states of one attempt to pay at the gateway."""

    STARTED = "started", _("Started")
    CAPTURED = "captured", _("Paid")
    SURPLUS = "surplus", _("Paid too much, to be refunded")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    SUSPECTED = "suspected", _("Held by the bank for review")
    UNDECIDED = "undecided", _("Outcome unknown, people decide")


HOLDS_MONEY = frozenset({State.CAPTURED, State.SURPLUS})
FOR_PEOPLE = frozenset({State.SUSPECTED, State.UNDECIDED})  # the manual queue
BROUGHT_NOTHING = frozenset({State.FAILED, State.EXPIRED})


class RefundState(models.TextChoices):
    REQUESTED = "requested", _("Requested, not approved yet")
    APPROVED = "approved", _("Approved")
    SENT = "sent", _("Sent to the gateway")
    DONE = "done", _("Refunded")
    REFUSED = "refused", _("Refused by the gateway")
    REJECTED = "rejected", _("Turned down")


ON_ITS_WAY = frozenset({RefundState.APPROVED, RefundState.SENT})
