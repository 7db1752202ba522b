"""The form of a service on paper, for whoever wants it: no account is needed, nothing that is typed is kept."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal import clock
from portal.catalogue.answer_rows import with_rows_changed
from portal.catalogue.errors import require_level
from portal.catalogue.levels import Capability
from portal.catalogue.models import Offering
from portal.catalogue.print_form import PrintForm
from portal.catalogue.published import published
from portal.documents import service_forms


@require_safe
def form(request, code):
    """The blank form, or with ``?sample=1`` as somebody invented would fill it in."""
    definition = definition_with_forms(code)
    if request.GET.get("sample"):
        return pdf(service_forms.sample(definition), f"to-khai-mau-{code}.pdf")
    return pdf(service_forms.blank(definition), f"to-khai-{code}.pdf")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill_in(request, code):
    """GET: all questions on one page. POST: the form with what was typed, or what is wrong with it."""
    definition = definition_with_forms(code)
    typed, status = PrintForm(definition, today=clock.today()), 200
    if request.method == "POST":
        changed = with_rows_changed(typed.questions, request.POST)
        typed = PrintForm(definition, today=clock.today(), data=changed or request.POST)
        if changed is not None:
            typed.leave_unjudged()
        elif typed.is_valid():
            content = service_forms.printed(definition, typed.answers())
            return pdf(content, f"to-khai-{code}.pdf")
        status = 422 if typed.errors else 200
    context = {"definition": definition, "form": typed}
    return render(request, "catalogue/fill_in_form.html", context, status=status)


def definition_with_forms(code):
    """The content of a published service whose forms are given out. Raises ``UnknownService``, ``FormsNotOffered``."""
    service, definition = published(code)
    offered = Offering.objects.in_force(clock.today()).filter(service=service)
    levels = offered.values_list("level", flat=True).distinct()
    level = max(levels, default=definition.level)
    require_level(level, Capability.DOWNLOAD_FORMS, service=definition.name)
    return definition


def pdf(content: bytes, name: str) -> HttpResponse:
    """A download that no browser runs or guesses about."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
