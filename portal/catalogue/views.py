"""The page of a public service."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal import clock
from portal.catalogue.past import instant_of, shown_as_of
from portal.catalogue.published import published
from portal.catalogue.reference_lists import places_of
from portal.catalogue.service_page import service_context


@require_safe
@shown_as_of
def service(request, code):
    """Everything about one service, and the button to apply where its level allows it."""
    found, definition = published(code, at=instant_of(request))
    return render(request, "catalogue/service.html", service_context(request, found, definition))


@require_safe
def start(request, code):
    """The address of the button to apply; the room of dossiers answers it."""
    address = reverse("dossiers:start", args=[code])
    asked = request.META["QUERY_STRING"]  # the place, where one was named
    return redirect(f"{address}?{asked}" if asked else address)


@require_safe
def places(request, kind):
    """What an address suggests as ``kind`` of place once its province is picked: htmx asks, forms do without."""
    picked = (value for name, value in request.GET.items() if name.endswith("_province"))
    suggested = places_of(next(picked, ""), kind, clock.today())
    return render(request, "components/question/suggestions.html", {"places": suggested})
