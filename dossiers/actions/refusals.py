"""What the citizens' acts refuse beyond what a move refuses."""

from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class TooManyFiles(PortalError):
    message = _(
        "A dossier holds at most {number} files. Remove one, or put several pages into one file."
    )


class PaperNotAsked(PortalError):
    message = _(
        "This paper is not part of what the agency asked for. Reload the page to see what is."
    )
    status = 409


class ItemsStillOpen(PortalError):
    message = _("Correct these answers first: {labels}.")


class ResultNotHandedOver(PortalError):
    message = _("You can rate the agency once you have the result.")
    status = 409


class RatedBefore(PortalError):
    message = _("You have already rated this dossier. A rating cannot be changed.")
    status = 409
