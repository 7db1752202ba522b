"""How long a service really takes, on its page: working time by percentiles, waiting apart, what was on time, and why
dossiers came back. Two statements."""

from datetime import timedelta

from django.template.loader import render_to_string

from portal import clock
from portal.metrics import durations, listings, on_demand, periods, reasons, registry
from portal.metrics.addresses import list_address
from portal.metrics.blocks import NATION
from portal.metrics.registry import DENOMINATOR, NUMERATOR, Reading

DAYS = 365
MOST_REASONS = 3


def times(request, *, service):
    """HTML for the slot ``catalogue.service``."""
    today = clock.today()
    period = periods.between(today - timedelta(days=DAYS - 1), today)
    found = durations.of_service(service, period, NATION)
    context = {"service": service, "enough": on_demand.ENOUGH, "times": found, "period": period}
    if found.are_enough:
        asked = listings.supplements(period, NATION).rows.filter(version__service=service)
        metric = registry.metric("dossiers-on-time", today)
        block = f"service:{service.code}"
        context |= {
            "worked": [durations.in_words(minutes) for minutes in found.worked],
            "waited": [durations.in_words(minutes) for minutes in found.waited],
            "on_time": Reading(found.in_time, found.completed),
            "on_time_url": list_address(metric, NUMERATOR, period, block),
            "completed_url": list_address(metric, DENOMINATOR, period, block),
            "reasons": reasons.of_supplements(asked)[:MOST_REASONS],
        }
    return render_to_string("metrics/on_service_page.html", context, request=request)
