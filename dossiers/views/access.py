"""Who may open the citizens' pages: the person who filed the dossier online. Everybody else finds nothing."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dossiers.models import Dossier
from dossiers.views.typed import keep_typed

ON_EVERY_PAGE = ("service", "version", "receiving_unit", "handling_agency")


def personal(view):
    """A page of one person: signed in, and kept by no cache. After signing in they come back to it."""

    @never_cache
    @wraps(view)
    def page(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            messages.warning(
                request,
                _(
                    "You had been signed out, so nothing was done. Sign in and press the button again."
                ),
            )
        return redirect_to_login(page_of(request, kwargs))

    return page


def page_of(request, kwargs):
    """The page to come back to: this one, or the dossier's where this is the address of a button."""
    if request.method == "POST" and "public_id" in kwargs:
        return reverse("dossiers:detail", args=[kwargs["public_id"]])
    return request.get_full_path()


def keeps_what_was_typed(view):
    """:func:`personal` for a page with a form: what is posted after the session ended is there after signing in."""

    @never_cache
    @wraps(view)
    def page(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            keep_typed(request)
            messages.warning(
                request,
                _("You had been signed out. Sign in: what you typed is kept and filled in again."),
            )
        return redirect_to_login(request.path)

    return page


def own_dossier(request, public_id, *related):
    """The dossier that this person filed; 404 for anybody else's, as for one that does not exist."""
    dossiers = Dossier.objects.filed_online_by(request.user).select_related(
        *ON_EVERY_PAGE, *related
    )
    return get_object_or_404(dossiers, public_id=public_id)


def seen(request):
    """The ``sequence`` that the page showed which posted this, or ``None``."""
    number = request.POST.get("seen", "")
    return int(number) if number.isdecimal() and len(number) < 10 else None
