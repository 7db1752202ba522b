"""What reconciliation refuses, each in a sentence that says how to go on."""

from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class NoSettlementFile(PortalError):
    message = _(
        "The gateway gave no settlement file for {day}. Nothing was changed: try again in a few minutes."
    )
    status = 503


class BadSettlementFile(PortalError):
    message = _(
        "The settlement file for {day} cannot be believed: {reason}. "
        "Nothing was changed; ask the gateway for a new one."
    )
    status = 502


class DayNotBegun(PortalError):
    message = _("{day} has not begun at the gateway yet. Choose today or a day before.")
    status = 422


class NotTheReconciler(PortalError):
    message = _("Only {who} of the agency concerned may do this.")
    status = 403


class NothingToRepair(PortalError):
    message = _("This line matches by now, or a newer comparison has replaced it. Open the newest.")
    status = 409


class CannotBeRepairedSo(PortalError):
    message = _("This does not help here: {reason}")
    status = 409


class NoSuchAmount(PortalError):
    message = _("Give the amount as whole dong, digits only, such as 1250000.")
    status = 422


class NotYourOwnDifference(PortalError):
    message = _("A difference is accepted by somebody else than the cashier who counted.")
    status = 403


class NothingToAccept(PortalError):
    message = _(
        "There is no open difference any more: it was accepted, or the cash was counted again."
    )
    status = 409


class ReasonMissing(PortalError):
    message = _("Write why the difference is accepted, in 3 to 500 characters.")
    status = 422
