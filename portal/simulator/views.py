"""The demo bar's buttons. They exist only under settings and a clock row that both say “demo”."""

from functools import wraps

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dossiers.models import Dossier
from portal import clock
from portal.errors import PortalError
from portal.metrics.effects import effects_of
from portal.notifications.models import Message
from portal.simulator import bank_switches, people, time_machine
from portal.wording import date_and_time

log = structlog.get_logger(__name__)

PAGE = 30


def demo_only(view):
    """Answer “not found” unless this is a demo: by its settings, and by the row of its clock."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (settings.PORTAL_DEMO and clock.is_demo()):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@require_POST
def persona(request):
    """Become one of the story's people, or nobody."""
    key = request.POST.get("persona", "")
    if key == "nobody":
        logout(request)
        return HttpResponseRedirect("/")
    person = people.story_people().get(key)
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    log.info("persona_switched", key=key)
    messages.success(request, _("You are now %(name)s.") % {"name": person.full_name})
    return HttpResponseRedirect("/desk/" if person.is_staff else "/dossiers/")


@demo_only
@require_POST
def move_clock(request):
    """Move business time forward; deadlines, sweeps and metrics follow."""
    step = request.POST.get("step", "")
    if step not in {each.key for each in time_machine.STEPS}:
        raise Http404
    present = time_machine.move(step)
    messages.success(
        request, _("The portal clock now shows %(time)s.") % {"time": date_and_time(present)}
    )
    return HttpResponseRedirect(_back(request))


@demo_only
@require_POST
def switch_bank(request):
    """Choose how the payment sandbox tells the portal of payments, from now on."""
    key = request.POST.get("switch", "")
    switch = next((each for each in bank_switches.SWITCHES if each.key == key), None)
    if switch is None:
        raise Http404
    try:
        bank_switches.turn(switch)
    except PortalError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The bank's notices now come: %(how)s.") % {"how": switch.label}
        )
    return HttpResponseRedirect(_back(request))


@demo_only
@require_safe
def mail(request):
    """Every e-mail the portal has written, newest first."""
    found = Message.objects.order_by("-id")
    if recipient := request.GET.get("to", "").strip():
        found = found.filter(recipient__iexact=recipient)
    return render(
        request,
        "demo/mail.html",
        {"page": Paginator(found, PAGE).get_page(request.GET.get("page")), "recipient": recipient},
    )


@demo_only
@require_safe
def message(request, pk):
    return render(request, "demo/message.html", {"message": get_object_or_404(Message, pk=pk)})


@demo_only
@require_safe
def effects(request):
    """What a dossier did to the official metrics: which figures it moved, by how much, and when."""
    code = request.GET.get("code", "").strip()
    dossier = Dossier.objects.filter(code=code).first() if code else _last_moved()
    return render(
        request,
        "demo/effects.html",
        {
            "code": code or (dossier.code if dossier else ""),
            "dossier": dossier,
            "effects": effects_of(dossier) if dossier else [],
            "now": timezone.localtime(clock.now()),
        },
    )


def _last_moved():
    return Dossier.objects.exclude(code=None).order_by("-changed_at").first()


def _back(request):
    target = request.POST.get("next", "")
    return (
        target
        if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
        else "/"
    )
