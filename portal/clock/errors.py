from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class ClockIsReal(PortalError):
    message = _("The clock of this portal is the real one and cannot be moved.")
    status = 403


class ClockGoesForward(PortalError):
    message = _("The clock only moves forward.")
