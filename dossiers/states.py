"""States, outcomes and channels of a dossier, with their official codes (docs/sources.md, “Statuses”)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RECEIVED = "received", _("Received")
    NOT_RECEIVED = "not_received", _("Not received")
    IN_PROCESS = "in_process", _("In process")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("Supplement requested")
    PAYMENT_REQUESTED = "payment_requested", _("Payment requested")
    WITHDRAWAL_REQUESTED = "withdrawal_requested", _("Withdrawal requested")
    STOPPED = "stopped", _("Stopped")
    COMPLETED = "completed", _("Completed")
    RETURNED = "returned", _("Result returned")


OFFICIAL_CODES = {state: code for code, state in enumerate(State)}  # 0 draft … 10 returned

FINAL = frozenset({State.NOT_RECEIVED, State.STOPPED, State.RETURNED})
WAITING_FOR_CITIZEN = frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_REQUESTED})
CLOCK_STOPS = WAITING_FOR_CITIZEN
AT_THE_AGENCY = frozenset(
    {State.SUBMITTED, State.RECEIVED, State.IN_PROCESS, State.WITHDRAWAL_REQUESTED, State.COMPLETED}
)
BEFORE_RECEPTION = frozenset({State.DRAFT, State.SUBMITTED, State.NOT_RECEIVED})


class Outcome(models.TextChoices):
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    STOPPED = "stopped", pgettext_lazy("outcome", "Stopped")
    EXPIRED = "expired", _("Expired")


class Channel(models.IntegerChoices):
    """How a dossier reached the agency; the numbers are those of the national message."""

    COUNTER = 1, _("At the counter")
    ONLINE = 2, _("Online")
    POST = 3, _("By post")


class Delivery(models.TextChoices):
    """How the applicant wants the result."""

    ONLINE = "online", _("Online")
    COUNTER = "counter", _("At the counter")
    POST = "post", _("By post")


class Stage(models.TextChoices):
    """The two stages at which a supplement may be asked once each (docs/sources.md, “Supplement”)."""

    RECEPTION = "reception", _("Reception")
    APPRAISAL = "appraisal", _("Appraisal")
