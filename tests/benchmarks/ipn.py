"""P10: captures per second by the gateway's notices, beside a view of the same server that writes the same rows."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from itertools import count
from statistics import median
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from django.test.utils import override_settings

from payments import actions
from portal.embedded.postgres import free_port
from portal.workflow import bell, perform
from tests.benchmarks import lives, recording
from tests.benchmarks.lifecycle import Cast, open_attempt
from tests.benchmarks.report import Figure
from tests.payments.notices import notice_query

CLIENTS = 4
MERCHANT = "BENCH001"  # of the attempts in tests/benchmarks/lifecycle.py
READY_SECONDS = 60
APART = 1_000_000  # between the keys of one table and the next: a recorded key is known wherever it stands
ADDRESSES = {"portal": "/pay/ipn/", "same rows": "/bench/same-rows/"}


class NotAnswered(AssertionError):
    """A notice was not answered with 00."""


def measure(*, rounds, number):
    """The figure P10 from interleaved rounds of ``number`` notices for each side."""
    with ExitStack() as until_done:
        database = until_done.enter_context(lives.fresh_database())
        until_done.enter_context(bell.silenced())
        gateway = {**settings.GATEWAY, "tmn_code": MERCHANT}
        until_done.enter_context(override_settings(GATEWAY=gateway))
        _spread_keys()
        cast = Cast()
        plan = settings.HOME.run / "ipn-plan.json"
        plan.write_text(json.dumps(_plan(cast)))
        address = until_done.enter_context(_server(database, plan))
        rates = {name: [] for name in ADDRESSES}
        written = {name: [] for name in ADDRESSES}
        for number_of_round in range(rounds + 1):
            names = list(ADDRESSES)
            for name in names if number_of_round % 2 else reversed(names):
                queries = [notice_query(attempt) for attempt in attempts(cast, number)]
                before = lives.rows()
                rate = _told(address, ADDRESSES[name], queries)
                if number_of_round:  # the first warms
                    rates[name].append(rate)
                    written[name].append(lives.difference(before, lives.rows()))
            if number_of_round:
                told = ", ".join(f"{name} {rates[name][-1]:.1f}" for name in names)
                print(f"  round {number_of_round}: {told} notices/s", flush=True)
    lives.check_rows(written["portal"], written["same rows"])
    middle = {name: median(values) for name, values in rates.items()}
    print("  medians: " + ", ".join(f"{name} {rate:.1f}/s" for name, rate in middle.items()))
    share = median(a / b for a, b in zip(rates["portal"], rates["same rows"], strict=True))
    return Figure(
        "P10", "captures by notice / the same rows by a bare view", share, 0.4, 0.6, "of it"
    )


def attempts(cast, number):
    """Open attempts of dossiers that wait for their fee."""
    found = []
    for draft in cast.drafts(number):
        perform(draft, "submit", by=cast.citizen)
        perform(draft, "receive", by=cast.one_door)
        perform(draft, "start_processing", by=cast.one_door, to=cast.specialist)
        perform(draft, "request_payment", by=cast.specialist)
        found.append(open_attempt(draft))
    return found


def _plan(cast):
    """What a capture writes, recorded: statements with their values, and the keys that are another's each time."""
    opening, subject = attempts(cast, 2)
    query = notice_query(subject)
    with recording.changes_noted():
        _take(notice_query(opening))  # opens the accounts, as no later one does
        recording.noted()
        _take(query)
        [commit] = recording.noted()
    steps = []
    for change in commit:
        if change.before is None:
            columns = [column for column in change.after if column != "id"]
            names = ", ".join(f'"{column}"' for column in columns)
            places = ", ".join(["%s"] * len(columns))
            steps.append(
                {
                    "sql": f'INSERT INTO "{change.relation}" ({names}) VALUES ({places}) RETURNING id',
                    "values": [change.after[column] for column in columns],
                    "key": change.after["id"],
                }
            )
        elif changed := change.changed():
            assignments = ", ".join(f'"{column}" = %s' for column in changed)
            steps.append(
                {
                    "sql": f'UPDATE "{change.relation}" SET {assignments} WHERE id = %s',
                    "values": [*changed.values(), change.after["id"]],
                    "key": None,
                }
            )
    print(f"Same rows: {len(steps)} statements in one transaction.", flush=True)
    return {
        "subject": [
            *(str(subject.pk), str(subject.public_id), str(subject.dossier_id)),
            *(str(subject.request_id), subject.txn_ref),
        ],
        "number": str(14_000_000 + subject.pk),
        "query": query,
        "steps": steps,
    }


def _take(query):
    if (answer := actions.absorb(query)) != "00":
        raise NotAnswered(answer)


def _spread_keys():
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' AND relname LIKE '%\\_id\\_seq' "
            "ORDER BY 1"
        )
        for place, (name,) in enumerate(cursor.fetchall(), start=1):
            cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {place * APART}")


@contextmanager
def _server(database, plan):
    port = free_port()
    log = settings.HOME.run / "ipn-server.log"
    words = [sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi"]
    words += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--blocking-threads", str(CLIENTS)]
    environment = {
        **os.environ,
        **database.environment(),
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.ipn_settings",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "PORTAL_PORT": str(port),
        "GATEWAY_TMN_CODE": settings.GATEWAY["tmn_code"],
        "GATEWAY_SECRET": settings.GATEWAY["secret"],
        "BENCH_IPN_PLAN": str(plan),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
        )
    try:
        give_up = time.monotonic() + READY_SECONDS
        while not _is_up(port):
            if process.poll() is not None or time.monotonic() > give_up:
                raise NotAnswered(log.read_text()[-3000:])
            time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _is_up(port):
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("GET", "/pay/ipn/?", headers={"Host": f"localhost:{port}"})
        return line.getresponse().status == 200
    except OSError:
        return False


def _told(address, place, queries):
    """Send every notice once, from :data:`CLIENTS` connections; notices per second. Each must be answered 00."""
    port, numbers, wrong = urlsplit(address).port, count(), []

    def send():
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (number := next(numbers)) < len(queries):
            line.request("GET", f"{place}?{queries[number]}", headers={"Host": f"localhost:{port}"})
            answer = line.getresponse().read()
            if b'"RspCode": "00"' not in answer:
                wrong.append(answer[:500])
        line.close()

    threads = [threading.Thread(target=send) for _number in range(CLIENTS)]
    begun = time.perf_counter()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    seconds = time.perf_counter() - begun
    if wrong:
        raise NotAnswered(wrong[0])
    return len(queries) / seconds
