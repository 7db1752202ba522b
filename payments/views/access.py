"""Who may open the pages about money: the person who filed the dossier. Everybody else finds nothing."""

from functools import wraps

from csp.decorators import csp_update
from django.shortcuts import get_object_or_404

from dossiers.models import Dossier
from payments import drivers


def leads_to_gateway(view):
    """Let the forms of this page end at the gateway: browsers hold redirects to the page's policy too."""

    @wraps(view)
    def page(request, *args, **kwargs):
        return csp_update({"form-action": drivers.pages()})(view)(request, *args, **kwargs)

    return page


def own_dossier(request, public_id):
    return get_object_or_404(
        Dossier.objects.filed_online_by(request.user).select_related(
            "service", "receiving_unit", "handling_agency__root"
        ),
        public_id=public_id,
    )
