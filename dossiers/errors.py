"""What a dossier refuses, each in a sentence that says what to do."""

from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class ComponentsMissing(PortalError):
    message = _("Attach these papers first: {names}.")


class AnswersMissing(PortalError):
    message = _("Answer these questions first: {labels}.")


class LevelDoesNotAllow(PortalError):
    message = _(
        "At {unit}, “{service}” is offered at level {level}: it cannot be sent online. "
        "Bring or post the papers to the unit."
    )


class OnlinePaymentNotOffered(PortalError):
    message = _("At level {level} the fee is paid at the counter of {unit}, not online.")


class NothingToPay(PortalError):
    message = _("No fee is due for this dossier.")


class FeePaid(PortalError):
    message = _("The fee for this dossier has been paid.")


class AlreadyAskedToPay(PortalError):
    message = _("A payment has already been requested for this dossier.")


class SupplementAskedBefore(PortalError):
    message = _(
        "A supplement was already requested once at this stage, on {day}. The law allows one."
    )


class ReasonMissing(PortalError):
    message = _("Give a reason: the applicant reads it.")


class ItemsMissing(PortalError):
    message = _("Name at least one item to supply, each with its reason.")


class SupplementIncomplete(PortalError):
    message = _("Supply these items first: {names}.")


class NoOpenRequest(PortalError):
    message = _("There is no open request to answer.")
    status = 409


class NotYetExpired(PortalError):
    message = _("The time to answer ends on {day}.")
    status = 409


class NotAfterCompletion(PortalError):
    message = _(
        "The result is ready: only its fee is still due. The dossier can no longer be withdrawn or stopped."
    )
    status = 409


class ProposerMayNotSign(PortalError):
    message = _("You proposed this result. Another leader has to sign it.")
    status = 403


class NothingProposed(PortalError):
    message = _("The specialist has not proposed a result yet.")
    status = 409


class ResultNotSigned(PortalError):
    message = _("The result is not signed. Sign the document, then complete the dossier.")
    status = 409


class WrongDeskForWithdrawal(PortalError):
    message = _(
        "Before processing the one-door officer decides on a withdrawal, afterwards the specialist or the leader."
    )
    status = 403


class RescheduledBefore(PortalError):
    message = _("This dossier was already given a new date once, {day}.")
    status = 409


class DateNotLater(PortalError):
    message = _("The new date has to be after {day}.")


class NoSuchStep(PortalError):
    message = _("This service has no step “{step}” after the present one.")


class UnitDoesNotOffer(PortalError):
    message = _("{unit} does not offer this service. Choose another unit.")


class TooManyDrafts(PortalError):
    message = _("You have {number} drafts. Send or discard one before you start another.")


class NotADraft(PortalError):
    message = _(
        "The dossier has been sent: it can no longer be changed, only supplemented when the agency asks."
    )
    status = 409


class FeeStillDue(PortalError):
    message = _("The fee is due with the result. Request the payment first.")
    status = 409


class AlreadyWithThatAgency(PortalError):
    message = _(
        "The dossier is with {agency} already. Choose the agency that is competent instead."
    )
    status = 409


class CannotTakeOver(PortalError):
    message = _("{person} does not handle this dossier. Choose an official of {agency} who does.")


class DraftDiscarded(PortalError):
    message = _("This draft was discarded. Nothing was sent; you can begin a new one.")
    status = 404
