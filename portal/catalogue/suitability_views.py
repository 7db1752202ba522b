"""Does this procedure suit me? A few yes-or-no questions before the form, without an account; nothing is kept.

The address says which question is asked: whoever sees the second one answered the first as they should. So no answer
has to be stored, and the browser's way back works.
"""

from django import forms
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.catalogue.models import PublicService
from portal.catalogue.published import published

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


class SuitabilityForm(forms.Form):
    """One question, answered by yes or no."""

    answer = forms.ChoiceField(
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Answer yes or no."),
            "invalid_choice": _("Answer yes or no."),
        },
    )

    def __init__(self, asked, data=None):
        super().__init__(data)
        self.fields["answer"].label = str(asked.question)


def first_address(definition, query=""):
    """Where somebody begins who wants to apply: at the first question, or at the choice of a unit without any."""
    if not definition.suitability:
        return with_query(reverse("dossiers:start", args=[definition.code]), query)
    return with_query(reverse("catalogue:suitable", args=[definition.code]), query)


@require_safe
def first(request, code):
    """The first question; a service that asks none leads straight on."""
    _service, definition = published(code)
    if not definition.suitability:
        return redirect(first_address(definition, request.GET.urlencode()))
    return redirect(question_address(definition, 0, request.GET.urlencode()))


@require_http_methods(["GET", "HEAD", "POST"])
def question(request, code, key):
    """One question. The answer leads to the next one, to the choice of a unit, or to why not here."""
    service, definition = published(code)
    place = place_of(definition, key)
    asked = definition.suitability[place]
    form = SuitabilityForm(asked, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(after(definition, place, form.cleaned_data["answer"], request.GET))
    return render(
        request,
        "catalogue/suitable.html",
        {
            "service": service,
            "form": form,
            "number": place + 1,
            "questions": len(definition.suitability),
            "back": question_address(definition, place - 1, request.GET.urlencode())
            if place
            else "",
        },
        status=422 if form.is_bound else 200,
    )


@require_safe
def leave(request, code, key):
    """Why this procedure does not fit after that answer, and where to go instead."""
    service, definition = published(code)
    place = place_of(definition, key)
    asked = definition.suitability[place]
    instead = PublicService.objects.with_current_version().filter(code=asked.exit_service)
    return render(
        request,
        "catalogue/not_here.html",
        {
            "service": service,
            "asked": asked,
            "answer": dict(YES_OR_NO)["no" if asked.go_on == "yes" else "yes"],
            "instead": instead.exclude(version_id=None).first() if asked.exit_service else None,
            "back": question_address(definition, place, request.GET.urlencode()),
        },
    )


def after(definition, place, answer, query):
    """Where ``answer`` to the question at ``place`` leads."""
    asked = definition.suitability[place]
    if not asked.lets_through(answer):
        address = reverse("catalogue:not_here", args=[definition.code, asked.key])
        return with_query(address, query.urlencode())
    if place + 1 < len(definition.suitability):
        return question_address(definition, place + 1, query.urlencode())
    return with_query(reverse("dossiers:start", args=[definition.code]), query.urlencode())


def question_address(definition, place, query):
    key = definition.suitability[place].key
    return with_query(reverse("catalogue:suitable_at", args=[definition.code, key]), query)


def with_query(address, query):
    """``address`` with what else was asked for, such as the place whose unit is competent."""
    return f"{address}?{query}" if query else address


def place_of(definition, key):
    """The place of the question with this key. Raises ``Http404``."""
    for place, asked in enumerate(definition.suitability):
        if asked.key == key:
            return place
    raise Http404
