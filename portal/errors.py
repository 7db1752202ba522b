"""Refusals: what a person asked for and cannot have, said so that they can act upon it."""

from django.utils.translation import gettext_lazy as _


class PortalError(Exception):
    """A refusal that the person who asked can understand and act upon.

    ``message`` is translatable and may name ``fields``; ``status`` is the HTTP status of a page that shows it.
    """

    message = _("The request cannot be carried out.")
    status = 422

    def __init__(self, **fields):
        self.fields = fields  # Tests and logs read these, never the sentence.
        super().__init__()

    def __str__(self):
        return str(self.message).format(**self.fields)


class NotOffered(PortalError):
    """The transition does not exist, or does not leave the present state."""

    message = _(
        "This step is not possible while the dossier is “{state}”. Reload the page to see what is."
    )
    status = 409


class NotPermitted(PortalError):
    """The person may not do this here and now."""

    message = _("You are not allowed to do this: it is the task of {who}.")
    status = 403


class StalePage(PortalError):
    """Somebody else acted between the page and the button."""

    message = _("The dossier changed while you were reading. Look at it again, then decide.")
    status = 409
