"""From the service page to a draft: choose the unit, then begin."""

from uuid import uuid4

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dossiers.actions import filing
from dossiers.errors import UnitDoesNotOffer
from dossiers.forms import StartForm
from dossiers.views.access import personal
from portal.catalogue.competence import Competence
from portal.catalogue.levels import Capability, allows
from portal.catalogue.models import Offering, PublicService


@personal
def start(request, code):
    """GET: the units that offer the service. POST: a draft at the one that was chosen."""
    service = get_object_or_404(PublicService, code=code)
    if request.method != "POST":
        return choose(request, service)
    form = StartForm(request.POST)
    if not form.is_valid():
        return choose(request, service, form, status=422)
    offering = (
        Offering.objects.filter(service=service, pk=form.cleaned_data["offering"])
        .select_related("unit", "service", "handling_agency")
        .first()
    )
    if offering is None:
        raise UnitDoesNotOffer(unit=_("The unit you chose"))
    dossier = filing.open_dossier(offering, by=request.user, nonce=form.cleaned_data["nonce"])
    return redirect("dossiers:tasks", dossier.public_id)


def choose(request, service, form=None, status=200):
    competence = Competence(service, request.GET)
    offerings = competence.page.object_list
    drafts = filing.drafts_of(request.user).filter(service=service).select_related("receiving_unit")
    if form is not None:
        messages.error(request, _("Choose the unit that is to receive the dossier."))
    return render(
        request,
        "dossiers/start.html",
        {
            "service": service,
            "competence": competence,
            "online": [each for each in offerings if allows(each.level, Capability.SUBMIT_ONLINE)],
            "elsewhere": [
                each for each in offerings if not allows(each.level, Capability.SUBMIT_ONLINE)
            ],
            "offers_nothing_online": not any(
                allows(level, Capability.SUBMIT_ONLINE) for level in competence.levels
            ),
            "drafts": drafts,
            "nonce": uuid4(),
            "drafts_allowed": filing.DRAFTS_ALLOWED,
            "has_room": filing.drafts_of(request.user).count() < filing.DRAFTS_ALLOWED,
        },
        status=status,
    )
