"""What payments refuse, each in a sentence that says what to do."""

from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class NothingOpenToPay(PortalError):
    message = _("There is nothing left to pay for this dossier.")
    status = 409


class PayAtTheCounter(PortalError):
    message = _("At level {level} the fee is paid at the counter of {unit}, not online.")


class GatewayUnreachable(PortalError):
    message = _(
        "The payment gateway is not answering. You have not been charged and nothing is lost: "
        "try again in a few minutes."
    )
    status = 503


class NotTheCashier(PortalError):
    message = _("Only a cashier of this agency takes cash.")
    status = 403


class SamePerson(PortalError):
    """Four eyes: the second pair is missing."""

    message = _("Somebody else has to confirm this: nobody decides about their own proposal.")
    status = 403


class NobodyProposed(PortalError):
    message = _("Nobody has proposed a decision yet. Propose one first; somebody else confirms it.")
    status = 409


class DecisionDiffers(PortalError):
    message = _("What was proposed is: {decision}. Confirm that, or propose something else.")
    status = 409


class DecisionIncomplete(PortalError):
    message = _(
        "Say by which proof, and for money that is there the number that the gateway gave it."
    )


class NothingToGiveBack(PortalError):
    message = _("Nothing of this payment is left to give back.")
    status = 409


class MoreThanWasPaid(PortalError):
    message = _("At most {left} of this payment can still be given back.")


class RefundReasonMissing(PortalError):
    message = _("Say why the money is to go back.")


class AlreadyOwed(PortalError):
    message = _(
        "This refund was approved before: the money is owed. Approve it again, or have it paid in another way."
    )
    status = 409


class AnotherWay(PortalError):
    message = _("This refund goes back in another way: {way}.")
    status = 409


class GatewayStillAsked(PortalError):
    message = _(
        "The gateway has been asked {tries} times what it did. Wait: giving up too early could pay twice."
    )
    status = 409


class UnknownWayToPay(PortalError):
    message = _("This fee cannot be paid in that way. Choose one of the ways that the page offers.")
