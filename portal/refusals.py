"""Turns a refusal that no view caught into its page."""

import structlog

from portal.error_pages import method_not_allowed, refusal_page
from portal.errors import PortalError

log = structlog.get_logger(__name__)


class RefusalMiddleware:
    """Any ``PortalError`` becomes a clear page with its own status; the log says who and what, not the sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return method_not_allowed(request)
        return response

    def process_exception(self, request, exception):
        if not isinstance(exception, PortalError):
            return None
        log.info("refused", refusal=type(exception).__name__, path=request.path)
        return refusal_page(request, exception)
