"""Looking at a version as a citizen will, before it is published: the page of the service, and its form to try out."""

import random

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.catalogue.forms import step_form
from portal.catalogue.models import ServiceVersion
from portal.catalogue.samples import sample_answers
from portal.catalogue.service_page import service_context
from portal.workflow import allows


def version_to_look_at(request, pk):
    """The version, for those who may read drafts; nobody else learns that it exists. Raises ``Http404``."""
    version = get_object_or_404(
        ServiceVersion.objects.select_related("service__owner_ministry"), pk=pk
    )
    if not allows("catalogue.read")(version, request.user):
        raise Http404
    return version


@never_cache
@login_required
@require_safe
def page(request, pk):
    """The page of the service with the content of this version."""
    version = version_to_look_at(request, pk)
    context = service_context(request, version.service, version.definition)
    return render(
        request,
        "catalogue/service.html",
        {**context, "previewed": version, "first_step": version.definition.groups[0].key},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, pk, key):
    """One page of the form, filled in with an example: answers are checked as a citizen's are, and kept nowhere."""
    version = version_to_look_at(request, pk)
    definition = version.definition
    sample = sample_answers(definition, random.Random(version.pk), today=clock.today())
    data = request.POST if request.method == "POST" else None
    form = step_form(definition, key, data, initial=sample, today=clock.today())
    groups = definition.visible_groups(sample)
    place = groups.index(definition.group(key)) if definition.group(key) in groups else 0
    following = groups[place + 1] if place + 1 < len(groups) else None
    accepted = data is not None and form.is_valid()
    return render(
        request,
        "catalogue/preview_step.html",
        {
            "previewed": version,
            "group": definition.group(key),
            "form": form,
            "place": place + 1,
            "pages": len(groups),
            "accepted": accepted,
            "next_href": following and reverse("catalogue:preview_step", args=[pk, following.key]),
        },
        status=422 if data is not None and not accepted else 200,
    )
