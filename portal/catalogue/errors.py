"""What the catalogue refuses, each in a sentence that says what to do instead."""

from django.utils.translation import gettext_lazy as _

from portal.catalogue.levels import Capability, allows
from portal.errors import PortalError


class DefinitionError(PortalError):
    """A service file says something the portal cannot offer. Fields: ``file``, ``key``, ``problem``."""

    message = _("{file}: {key}: {problem}")


class QuestionTypeClaimedTwice(PortalError):
    """Two classes register the same question type: the portal does not start."""

    message = _("The question type “{type}” is claimed by {first} and by {second}.")
    status = 500


class UnknownService(PortalError):
    """No service file carries this code."""

    message = _("There is no public service with the code {code}. Search by its name instead.")
    status = 404


class NoSuchPastDay(PortalError):
    """A page is asked for as of something that is no day so far."""

    message = _(
        "“{text}” is no day that this page can be shown for. Write it as 2024-06-30, between 2000-01-01 and today, "
        "{today}."
    )
    status = 400


class PublisherWroteIt(PortalError):
    """Whoever drafted or proposed a version would also publish it or send it back."""

    message = _("You wrote or proposed this version yourself. A colleague must decide on it.")
    status = 403


class SendBackReasonMissing(PortalError):
    message = _("Say what is still to be done: your colleague reads it.")


class DraftUnderWay(PortalError):
    """A service has an open draft already. Fields: ``number``, ``who``."""

    message = _(
        "Version {number} is being worked on already, by {who}. Continue that one, or discard it first."
    )
    status = 409


class DraftClosed(PortalError):
    """Somebody edits a version that is no draft any more."""

    message = _("This version can no longer be edited. Begin a new draft from it.")
    status = 409


class UnknownMinistry(PortalError):
    """A service file names an owner that is no ministry here. Fields: ``code``."""

    message = _("No ministry has the code {code}. Look it up among the agencies.")


class NothingChanged(PortalError):
    message = _("The draft says the same as the published version. Change something first.")


class UnknownLifeEvent(PortalError):
    """No service belongs to a life event of this name."""

    message = _("There is no life event “{event}”. Choose one on the home page.")
    status = 404


class UnknownBundle(PortalError):
    """No file describes this bundle of services."""

    message = _("There is no guide “{bundle}”. Choose one on the home page.")
    status = 404


class UnknownStep(PortalError):
    """The form of the service has no such step."""

    message = _("This form has no step “{step}”. Go back to the list of steps.")
    status = 404


class FeeAnswerMissing(PortalError):
    """The fee depends on an answer that is not there yet. Fields: ``question``."""

    message = _("The fee depends on “{question}”. Answer that question first.")


class LevelRefusal(PortalError):
    """The service level does not offer this. Fields: ``level``, and ``service`` (its name)."""

    status = 403


class FormsNotOffered(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the portal describes it only. "
        "Ask for the form at the one-door unit."
    )


class OnlineSubmissionRefused(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the dossier cannot be sent online. "
        "Bring it to the one-door unit or send it by post."
    )


class OnlineExchangeRefused(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the agency does not answer online. "
        "Ask at the one-door unit that received the dossier."
    )


class OnlinePaymentRefused(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the fee cannot be paid online. "
        "Pay it at the counter of the one-door unit."
    )


class OnlineResultRefused(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the result is not sent online. "
        "Collect it at the one-door unit."
    )


class PostalResultRefused(LevelRefusal):
    message = _(
        "“{service}” is offered at level {level}: the result is not sent by post. "
        "Collect it at the one-door unit."
    )


class OnlinePaymentNeeded(LevelRefusal):
    """A service of level 4 asks a fee, but nobody can take it online."""

    message = _(
        "“{service}” is offered at level {level} and has a fee, so the unit must take payment online. "
        "Choose another unit."
    )
    status = 409


REFUSALS = {
    Capability.DOWNLOAD_FORMS: FormsNotOffered,
    Capability.FILL_ONLINE: OnlineSubmissionRefused,
    Capability.SUBMIT_ONLINE: OnlineSubmissionRefused,
    Capability.EXCHANGE_ONLINE: OnlineExchangeRefused,
    Capability.PAY_ONLINE: OnlinePaymentRefused,
    Capability.RECEIVE_ONLINE: OnlineResultRefused,
    Capability.RECEIVE_BY_POST: PostalResultRefused,
}


def require_level(level: int, capability: Capability, *, service) -> None:
    """Let the request pass when ``level`` offers ``capability``.

    ``service`` is the name shown to the reader. Raises the ``LevelRefusal`` that fits otherwise.
    """
    if not allows(level, capability):
        raise REFUSALS[capability](level=level, service=service)
