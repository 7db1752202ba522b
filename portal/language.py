"""Which language a person reads: our cookie, else the account, else Vietnamese.

The browser's ``Accept-Language`` is left aside: most browsers in Viet Nam are set to English, and the portal
would greet its citizens in the wrong language (docs/decisions/0007).
"""

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers

NAMES = {"vi": "Tiếng Việt", "en": "English"}  # each in its own language, never translated


def known(code):
    """``code`` if the portal speaks it, else ``None``."""
    return code if code in NAMES else None


def language_of(person):
    """The language to write to ``person`` in; Vietnamese for those who never chose."""
    return known(getattr(person, "language", "")) or settings.LANGUAGE_CODE


def chosen_in(request):
    """The language chosen in this browser, or ``None``."""
    return known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))


def remember(response, code):
    """Keep the choice in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE or 365 * 24 * 60 * 60,  # seconds: a year
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class PortalLanguageMiddleware:
    """Speak the reader's language on every page, error pages included."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self._speak(request, chosen_in(request) or settings.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(self, request, view, args, kwargs):
        """Ask the account, now that it is known, where this browser has no choice of its own."""
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if signed_in and not chosen_in(request) and request.user.is_authenticated:
            self._speak(request, language_of(request.user))

    @staticmethod
    def _speak(request, code):
        translation.activate(code)
        request.LANGUAGE_CODE = code
