"""What was typed into a form and could not be saved: kept with the browser's session until the form is open again.

Kept are forms sent after the session had ended, and pages left for later with errors in them. The session is a row of
the database, so neither a restart nor a flush of Redis loses it; it is given back on the same address only, which
nobody but the owner of the dossier can open. Files are not kept: they are chosen again.
"""

from django.contrib import messages
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

KEPT = "typed"  # key in the session
KEPT_SECONDS = 24 * 60 * 60
PAGES_KEPT = 5
LONGEST = 200_000  # characters of one form
NOT_KEPT = {"csrfmiddlewaretoken", "then", "seen"}


def keep_typed(request):
    """Keep the posted form for the next visit to this address in this browser."""
    form = request.POST.copy()
    for name in NOT_KEPT:
        form.pop(name, None)
    text = form.urlencode()
    if not text or len(text) > LONGEST:
        return
    pages = request.session.get(KEPT, {})
    pages.pop(request.path, None)
    pages[request.path] = {"form": text, "at": timezone.now().timestamp()}
    request.session[KEPT] = dict(list(pages.items())[-PAGES_KEPT:])


def typed_before(request):
    """The form kept for this address, or ``None``; it is given back once, and a notice says so."""
    pages = request.session.get(KEPT, {})
    kept = pages.pop(request.path, None)
    if kept is None:
        return None
    request.session[KEPT] = pages
    if timezone.now().timestamp() - kept["at"] > KEPT_SECONDS:
        return None
    messages.info(
        request,
        _("What you typed here was not saved yet. It is filled in again: check it and save."),
    )
    return QueryDict(kept["form"])
