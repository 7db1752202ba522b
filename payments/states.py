from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The states of one attempt to pay at the gateway."""

    STARTED = "started", _("Started")
    CAPTURED = "captured", _("Paid")
    SURPLUS = "surplus", _("Paid too much, to be refunded")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


HOLDS_MONEY = frozenset({State.CAPTURED, State.SURPLUS})


class RefundState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SENT = "sent", _("Sent to the gateway")
    DONE = "done", _("Refunded")
    REFUSED = "refused", _("Refused by the gateway")
