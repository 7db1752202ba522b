from portal import clock


class ClockMiddleware:
    """Read the portal clock once per request, so that one page has one present."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with clock.one_reading():
            return self.get_response(request)
