"""Saying how content one is, once, after the result."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.actions import rating
from dossiers.forms import RatingForm
from dossiers.views.access import own_dossier, personal


@personal
@require_POST
def rate(request, public_id):
    dossier = own_dossier(request, public_id)
    form = RatingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the three answers."))
        return redirect(dossier)
    rating.rate(dossier, by=request.user, value=form.cleaned_data["value"])
    messages.success(request, _("Thank you. Your rating has been recorded."))
    return redirect(dossier)
