"""Any other act whose name stands in an address: the machine says whether it exists and who may."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.views import sending, supplement, withdrawal
from dossiers.views.access import own_dossier, personal
from portal.errors import NotOffered, NotPermitted
from portal.workflow import offers

PAGES = {
    "submit": sending.submit,
    "supply": supplement.send,
    "request_withdrawal": withdrawal.withdraw,
}


@personal
@require_POST
def act(request, public_id, name):
    """Carry out the act ``name`` of a citizen; refuse any other with a sentence.

    Raises ``NotOffered`` for a name that is no act of this dossier now, ``NotPermitted`` for one of an official.
    """
    if name in PAGES:
        return PAGES[name](request, public_id=public_id)
    dossier = own_dossier(request, public_id)
    offer = next((each for each in offers(dossier, request.user) if each.name == name), None)
    if offer is None:
        raise NotOffered(state=dossier.get_state_display(), transition=name)
    raise NotPermitted(transition=name, who=_("the official at the desk"))
