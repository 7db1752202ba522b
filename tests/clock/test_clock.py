"""Business time: one reading per request or task, forward only, and only where the clock row says “demo”."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal import clock
from portal.celery import app
from portal.clock.errors import ClockGoesForward, ClockIsReal
from portal.clock.middleware import ClockMiddleware
from portal.clock.models import PortalClock
from tests.workflow.threads import in_a_thread, run_together

HOUR = timedelta(hours=1)
A_MOMENT = timedelta(seconds=5)


def readings(statements):
    return sum("clock_portalclock" in query["sql"] for query in statements.captured_queries)


# Reading -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_row_the_clock_is_the_real_one():
    assert clock.offset() == timedelta()
    assert abs(clock.now() - timezone.now()) < A_MOMENT
    assert clock.now().tzinfo == ZoneInfo("Asia/Ho_Chi_Minh")
    assert clock.today() == clock.now().date()
    assert not clock.is_demo()


@pytest.mark.django_db
def test_today_is_the_day_in_viet_nam(demo_clock):
    demo_clock("2026-11-17 00:30")  # still the 16th in Greenwich

    assert f"{clock.today():%d/%m/%Y}" == "17/11/2026"


@pytest.mark.django_db
def test_a_span_reads_the_row_once_and_only_if_asked():
    with CaptureQueriesContext(connection) as none, clock.one_reading():
        pass
    with CaptureQueriesContext(connection) as once, clock.one_reading():
        [clock.now() for _number in range(5)]
        clock.today()
    with CaptureQueriesContext(connection) as outside:
        [clock.now() for _number in range(3)]

    assert [readings(found) for found in (none, once, outside)] == [0, 1, 3]


@pytest.mark.django_db
def test_a_page_reads_the_row_at_most_once(client):
    with CaptureQueriesContext(connection) as statements:
        assert client.get("/services/").status_code == 200

    assert readings(statements) <= 1


@pytest.mark.django_db
def test_the_middleware_gives_one_present_to_the_whole_request(demo_clock):
    demo_clock("2026-11-17 09:00")
    shown = []

    def view(request):
        shown.append(clock.offset())
        PortalClock.objects.update(
            offset=timedelta(days=3000)
        )  # somebody moves the clock meanwhile
        shown.append(clock.offset())
        return "answer"

    assert ClockMiddleware(view)(RequestFactory().get("/")) == "answer"

    assert shown[0] == shown[1]
    assert clock.offset() == timedelta(days=3000)


@pytest.mark.django_db
def test_a_span_ends_with_an_error_too(demo_clock):
    demo_clock("2026-11-17 09:00")
    with pytest.raises(ValueError), clock.one_reading():
        clock.now()
        raise ValueError

    with CaptureQueriesContext(connection) as statements:
        clock.now()
    assert readings(statements) == 1


@pytest.mark.django_db
def test_a_task_reads_the_row_once():
    @app.task(name="tests.read_the_clock", shared=False)
    def read_the_clock():
        return [clock.now() for _number in range(4)]

    try:
        with CaptureQueriesContext(connection) as statements:
            instants = read_the_clock()
    finally:
        app.tasks.pop(read_the_clock.name)

    assert len(instants) == 4
    assert readings(statements) == 1


def test_one_threads_reading_is_not_anothers(own_database):
    PortalClock.objects.create(pk=1, is_demo=True, offset=HOUR)
    elsewhere = []
    with clock.one_reading():
        assert clock.offset() == HOUR
        PortalClock.objects.update(offset=2 * HOUR)
        thread = threading.Thread(target=in_a_thread(lambda: elsewhere.append(clock.offset())))
        thread.start()
        thread.join()
        assert clock.offset() == HOUR

    assert elsewhere == [2 * HOUR]


# Moving --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_demo_clock_moves_by_a_span_and_to_an_instant(demo_clock):
    demo_clock("2026-11-17 09:00")

    assert f"{clock.advance(by=HOUR):%d/%m %H:%M}" == "17/11 10:00"
    target = clock.now() + timedelta(days=2)
    assert timedelta() <= clock.advance(to=target) - target < A_MOMENT


@pytest.mark.django_db
def test_a_request_that_moves_the_clock_sees_the_new_time(demo_clock):
    demo_clock("2026-11-17 09:00")
    with clock.one_reading():
        before = clock.now()
        clock.advance(by=HOUR)

        assert HOUR <= clock.now() - before < HOUR + A_MOMENT


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["by", "to"])
def test_the_clock_does_not_go_back(demo_clock, how):
    demo_clock("2026-11-17 09:00")
    step = {"by": -timedelta(seconds=1)} if how == "by" else {"to": clock.now() - HOUR}

    with pytest.raises(ClockGoesForward):
        clock.advance(**step)

    assert f"{clock.now():%H:%M}" == "09:00"


@pytest.mark.django_db
@pytest.mark.parametrize("row", [False, True])
def test_a_real_clock_is_not_moved(row):
    if row:
        PortalClock.objects.create(pk=1)

    for step in ({"by": HOUR}, {"to": clock.now() + HOUR}, {"by": -HOUR}):
        with pytest.raises(ClockIsReal):
            clock.advance(**step)
    assert clock.offset() == timedelta()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            'UPDATE clock_portalclock SET "offset" = "offset" - interval \'1 second\'',
            "only moves forward",
        ),
        ("UPDATE clock_portalclock SET \"offset\" = interval '-10 years'", "only moves forward"),
        ("UPDATE clock_portalclock SET is_demo = false", "clock_real_outside_demo"),
        (
            "INSERT INTO clock_portalclock (id, \"offset\", is_demo) VALUES (2, interval '0', true)",
            "clock_is_one_row",
        ),
        ("UPDATE clock_portalclock SET id = 2", "clock_is_one_row"),
        ("DELETE FROM clock_portalclock", "permission denied"),
        ("TRUNCATE clock_portalclock", "permission denied"),
    ],
)
def test_the_database_holds_the_clock_to_that(demo_clock, statement, message):
    demo_clock("2026-11-17 09:00")

    with (
        pytest.raises(DatabaseError, match=message),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert f"{clock.now():%d/%m/%Y %H:%M}" == "17/11/2026 09:00"


@pytest.mark.django_db
def test_a_real_portal_has_no_offset():
    with pytest.raises(IntegrityError, match="clock_real_outside_demo"), transaction.atomic():
        PortalClock.objects.create(pk=1, is_demo=False, offset=HOUR)


def test_two_who_move_the_clock_at_once_lose_no_hour(own_database):
    PortalClock.objects.create(pk=1, is_demo=True)

    moved = run_together(lambda _number: clock.advance(by=HOUR), range(8))

    assert not [answer for answer in moved if isinstance(answer, Exception)]
    assert PortalClock.objects.get().offset == 8 * HOUR


def test_two_who_press_the_same_button_at_once_move_it_once(own_database):
    PortalClock.objects.create(pk=1, is_demo=True)
    target = timezone.now() + timedelta(days=1)

    run_together(lambda _number: clock.advance(to=target), range(8))

    assert timedelta(0) <= timezone.now() + PortalClock.objects.get().offset - target < A_MOMENT
