"""Pages for what went wrong: in the reader's language, with a way on, and never a trace of the code.

``error_page`` makes any of them; the other functions are what ``portal.urls`` names as handlers.
"""

import re
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from portal import language, page
from portal.errors import PortalError

log = structlog.get_logger(__name__)

OWN_WORDING = {400, 403, 404, 405, 409, 422, 429, 500, 503}
RETRY_AFTER = 30  # seconds
READABLE_ID = re.compile(r"[\w.:-]{1,64}")
# What is never written back into a page, even to the person who typed it.
SECRET_FIELD = re.compile(r"password|secret|token", re.IGNORECASE)


def error_page(request, status, *, message="", **details):
    """The page for ``status``; ``message`` is a sentence that says what to do, if there is a better one
    than the general one. ``details`` reach the template.

    Statuses of the server (5xx) are drawn without database and session, which may be what failed.
    """
    template = f"{status if status in OWN_WORDING else 500 if status >= 500 else 400}.html"
    known = {"message": message, "request_id": request_id(), "status": status, **details}
    with translation.override(_language(request)):
        body = _drawn(request, template, known, alone=status >= 500)
    response = HttpResponse(body, status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def refusal_page(request, refusal: PortalError):
    """The page for a refusal that reached no form and no list of its own."""
    return error_page(request, refusal.status, message=str(refusal))


def bad_request(request, exception=None):
    return error_page(request, 400)


def permission_denied(request, exception=None):
    """A refusal of ours says who may; any other exception's text stays inside."""
    sentence = str(exception) if isinstance(exception, PortalError) else ""
    return error_page(request, 403, message=sentence)


def page_not_found(request, exception=None):
    return error_page(request, 404)


def method_not_allowed(request):
    """Somebody opened the address of a button: a page that only a form can ask for."""
    return error_page(request, 405)


def locked_out(request, *args, **kwargs):
    """Too many wrong passwords: the answer of django-axes (``AXES_LOCKOUT_CALLABLE``)."""
    return error_page(request, 429)


def server_error(request):
    return error_page(request, 500)


def csrf_failure(request, reason=""):
    """The form was opened before a sign-in, a change of person or the end of a session.

    Came it from a page of this portal, what was typed is offered to be sent again; secrets and files are not.
    """
    typed, has_files = _typed(request) if _came_from_here(request) else ([], False)
    return error_page(request, 403, stale_form=True, typed=typed, has_files=has_files)


def request_id():
    """The id under which this request is found in the logs."""
    known = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    if READABLE_ID.fullmatch(known):
        return known
    made = str(uuid4())
    log.warning("request_without_id", given_id=made)
    return made


def _came_from_here(request):
    """Whether the browser vouches that a page of this very portal sent the form."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin" and (
        request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    )


def _typed(request):
    """The fields of the form as pairs, and whether files came along; nothing of a form that cannot be read."""
    try:
        pairs = [
            (name, value)
            for name, values in request.POST.lists()
            if not SECRET_FIELD.search(name)
            for value in values
        ]
        return pairs, bool(request.FILES)
    except (BadRequest, MultiPartParserError, SuspiciousOperation, OSError):
        return [], False


def _language(request):
    return (
        getattr(request, "LANGUAGE_CODE", None)
        or language.chosen_in(request)
        or settings.LANGUAGE_CODE
    )


def _drawn(request, template, known, *, alone):
    """The page with person and demo bar, else without database, else the last resort."""
    request.LANGUAGE_CODE = _language(request)
    for draw in (_drawn_alone,) if alone else (_drawn_in_full, _drawn_alone):
        try:
            return draw(request, template, known)
        except Exception:
            log.exception("error_page_failed", template=template)
    return _plain(known)


def _drawn_in_full(request, template, known):
    return render_to_string(template, known, request=request)


def _drawn_alone(request, template, known):
    frame = {"request": request, "csrf_token": get_token(request), **page.frame(request)}
    return render_to_string(template, {**frame, **known})


def _plain(known):
    """The last resort, when even the page for errors cannot be drawn."""
    title, sentence = _("Something went wrong on our side"), _("Try again in a few minutes.")
    simulation = _("Simulation — not an official portal")
    return (
        f'<!doctype html><html lang="{translation.get_language()}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body><p>{escape(simulation)}</p>"
        f"<main><h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f"<p>{escape(known['request_id'])}</p></main></body></html>"
    )
