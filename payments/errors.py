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
