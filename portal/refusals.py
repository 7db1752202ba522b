"""Turns a refusal that no view caught into its page."""

import structlog

from portal.error_pages import refusal_page
from portal.errors import PortalError

log = structlog.get_logger(__name__)


class RefusalMiddleware:
    """Any ``PortalError`` becomes a clear page with its own status; the log says who and what, not the sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, PortalError):
            return None
        log.info("refused", refusal=type(exception).__name__, path=request.path)
        return refusal_page(request, exception)
