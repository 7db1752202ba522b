"""What machines ask the portal: is it alive, can it work, how far behind is it."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from payments.models import Attempt
from payments.states import State
from portal.schema import unapplied_migrations
from portal.workflow import outbox

OUTBOX_LATE_SECONDS = 60  # the sweeper looks every 5 seconds
REDIS_PATIENCE_SECONDS = 0.5

# A database that answers but has one of these off does not keep what it promised to keep.
DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


@require_safe
@never_cache
def livez(request):
    """The process answers. Asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """200 where requests can be served, 503 where not; what is merely slower is “degraded”."""
    report = database_report()
    if not report["problems"]:
        waiting, age = outbox.lag()
        report["outbox"] = {"waiting": waiting, "oldest_seconds": round(age, 1)}
        report["redis"] = "up" if redis_answers() else "down"
    late = report.get("outbox", {}).get("oldest_seconds", 0) > OUTBOX_LATE_SECONDS
    if report["problems"]:
        report["status"] = "down"
    elif late or report["redis"] == "down":
        report["status"] = "degraded"
    else:
        report["status"] = "ready"
    return JsonResponse(report, status=503 if report["problems"] else 200)


@require_safe
@never_cache
def prometheus(request):
    """Gauges read from the database at this moment, so any number of processes tell the same."""
    registry = CollectorRegistry()
    waiting, age = outbox.lag()
    pending, oldest = pending_payments()
    for name, meaning, value in (
        ("portal_outbox_waiting", "Events not yet delivered", waiting),
        ("portal_outbox_oldest_seconds", "Age of the oldest event not yet delivered", age),
        ("portal_payments_pending", "Payment attempts without an answer of the gateway", pending),
        ("portal_payment_oldest_pending_seconds", "Age of the oldest of them", oldest),
    ):
        Gauge(name, meaning, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def database_report() -> dict:
    """``{"database": "writable" …, "problems": [sentence, …]}``; no problem means that it can work."""
    try:
        with connection.cursor() as cursor:
            # A transaction number is given out by a server that can write, and by no other.
            cursor.execute(
                "SELECT pg_current_xact_id(), name, setting FROM pg_settings WHERE name = ANY(%s)",
                [["transaction_read_only", *DURABILITY]],
            )
            set_to = {name: setting for _, name, setting in cursor.fetchall()}
        missing = unapplied_migrations(connection)
    except DatabaseError as error:
        return {
            "database": "not writable",
            "problems": [f"The database cannot be written to ({type(error).__name__})."],
        }
    if set_to["transaction_read_only"] == "on":
        return {"database": "not writable", "problems": ["The database may only be read."]}
    problems = [f"PostgreSQL runs with {name} off." for name in DURABILITY if set_to[name] == "off"]
    if missing:
        problems.append(f"{len(missing)} migrations are not applied, the first is {missing[0]}.")
    return {"database": "writable", "migrations_missing": len(missing), "problems": problems}


def redis_answers() -> bool:
    """Whether the doorbell can be rung."""
    patience = {
        "socket_connect_timeout": REDIS_PATIENCE_SECONDS,
        "socket_timeout": REDIS_PATIENCE_SECONDS,
    }
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL, **patience) as bell:
            return bool(bell.ping())
    except redis.RedisError:
        return False


def pending_payments() -> tuple[int, float]:
    """``(number, age in seconds of the oldest)`` of the attempts that the gateway has not answered."""
    pending = Attempt.objects.filter(state=State.STARTED).aggregate(
        number=Count("pk"), oldest=Min("started_at")
    )
    oldest = pending["oldest"]
    return pending["number"], (timezone.now() - oldest).total_seconds() if oldest else 0.0
