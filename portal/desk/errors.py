from django.utils.translation import gettext_lazy as _

from portal.errors import PortalError


class NoRoleToday(PortalError):
    message = _(
        "The desk is for officials. Your account holds no role today; an agency administrator assigns roles."
    )
    status = 403
