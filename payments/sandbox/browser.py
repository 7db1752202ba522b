"""What every answer to a browser carries: protective headers and one language."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers


def policy(*, form_targets: str = "'self'") -> str:
    """The content security policy; ``form_targets`` also rules where a form's answer may lead."""
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {form_targets}"
    )


def may_lead_to(response, url: str):
    """Let the forms of this page lead to ``url``'s server: browsers check redirects as well."""
    parts = urlsplit(url)
    target = f"'self' {parts.scheme}://{parts.netloc}"
    response["Content-Security-Policy"] = policy(form_targets=target)
    return response


def public_address(request, path: str) -> str:
    """``path`` with the server's address as other devices reach it."""
    return (
        f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
    )


class HeadersMiddleware:
    """Strict policy unless the view set its own; nothing is kept by caches but static files."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class LanguageMiddleware:
    """``?lang=vi`` or ``?lang=en`` chooses and is remembered; then the cookie; then Vietnamese."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chosen = request.GET.get("lang")
        language = chosen or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if chosen:
            remember(response, language)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


def remember(response, language: str):
    """Keep the language for the rest of the visit."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", httponly=True)
    return response
