"""The sandbox as merchants meet it: a process of its own on a database of its own, over HTTP."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import psycopg
from django.conf import settings
from psycopg import sql

from payments.protocol.messages import GatewayConfig
from portal.embedded import postgres, servers
from portal.embedded.demo import compile_translations
from portal.embedded.postgres import free_port
from tests import processes

TMN_CODE, SECRET = "MOTCUA01", "A-SECRET-FOR-TESTS-ONLY-0123456789"
PREFIX = "sandbox_test_"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: where it listens, its database, its process, the default merchant."""

    address: str
    database_url: str
    ipn_url: str
    process: subprocess.Popen

    @property
    def config(self) -> GatewayConfig:
        """The default merchant's account, as the portal would be configured."""
        return GatewayConfig(
            TMN_CODE,
            SECRET,
            pay_url=f"{self.address}/paymentv2/vpcpay.html",
            api_url=f"{self.address}/merchant_webapi/api/transaction",
        )

    def sql(self, statement: str, *values) -> list[tuple]:
        """Ask the gateway's own books."""
        with psycopg.connect(self.database_url, autocommit=True) as database:
            cursor = database.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def payment(self, txn_ref: str) -> dict:
        """One payment in the gateway's own books."""
        with psycopg.connect(self.database_url, row_factory=psycopg.rows.dict_row) as database:
            return database.execute(
                "SELECT * FROM sandbox_transaction WHERE txn_ref = %s", [txn_ref]
            ).fetchone()


@dataclass(frozen=True)
class Account:
    """Another merchant's account at a running sandbox."""

    sandbox: Sandbox
    tmn_code: str
    secret: str

    @property
    def config(self) -> GatewayConfig:
        """As the merchant's own program would be configured."""
        return replace(self.sandbox.config, tmn_code=self.tmn_code, secret=self.secret)


def kill(sandbox: Sandbox) -> None:
    """SIGKILL the web server and all its workers at once."""
    os.killpg(sandbox.process.pid, signal.SIGKILL)
    sandbox.process.wait()


@contextlib.contextmanager
def database() -> Iterator[str]:
    """An empty, migrated database for one sandbox; yields its address."""
    name = f"{PREFIX}{os.getpid()}_{next(_numbers)}"
    with _administration() as (server, url_of, owner):
        _drop_those_of_ended_runs(server)
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
        url = url_of(name)
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment(url, port=1)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    try:
        yield url
    finally:
        with _administration() as (server, _, _):
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@contextlib.contextmanager
def sandbox(
    database_url: str, folder: Path, *, ipn_url: str = "", workers: int = 1, port=None, **variables
) -> Iterator[Sandbox]:
    """The sandbox behind granian; further ``variables`` go into its environment."""
    compile_translations()
    port, log = port or free_port(), folder / f"sandbox-{next(_numbers)}.log"
    address = f"http://localhost:{port}"
    words = [sys.executable, "-m", "granian", "payments.sandbox.wsgi:application"]
    words += ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    words += ["--workers", str(workers), "--blocking-threads", "8"]
    with processes.running(
        words,
        log=log,
        environment=environment(database_url, port=port, ipn_url=ipn_url) | variables,
        ready=lambda: processes.answers(f"{address}/livez"),
    ) as process:
        yield Sandbox(address, database_url, ipn_url, process)


def environment(database_url: str, *, port: int, ipn_url: str = "") -> dict[str, str]:
    """What a process of the sandbox is told by its environment in these tests."""
    return {
        "DJANGO_SETTINGS_MODULE": "payments.sandbox.settings",
        "SANDBOX_DATABASE_URL": database_url,
        "PORTAL_SANDBOX_PORT": str(port),
        "GATEWAY_TMN_CODE": TMN_CODE,
        "GATEWAY_SECRET": SECRET,
        "SANDBOX_MERCHANT_IPN_URL": ipn_url,
        "SANDBOX_MERCHANT_CONFIRM_URL": ipn_url.replace("/ipn", "/confirm"),
        "SANDBOX_MERCHANT_RETURN_URL": ipn_url.replace("/ipn", "/home"),
        "SANDBOX_IPN_INTERVAL_SECONDS": "0.2",
        "SANDBOX_IPN_TIMEOUT_SECONDS": "4",
        "SANDBOX_REFUND_SECONDS": "0.5",
    }


@contextlib.contextmanager
def _administration():
    """A connection that may make databases, how they are addressed, and who is to own them."""
    if settings.SERVERS.embedded:
        hold = servers.held(settings.HOME)
        url, owner = hold.database_url(postgres.LAUNCHER, "postgres"), postgres.SANDBOX
        url_of = lambda name: hold.database_url(postgres.SANDBOX, name)  # noqa: E731
    else:
        url = urlunsplit(urlsplit(settings.SERVERS.owner)._replace(path="/postgres"))
        owner = urlsplit(url).username
        url_of = lambda name: urlunsplit(urlsplit(url)._replace(path=f"/{name}"))  # noqa: E731
    with psycopg.connect(url, autocommit=True) as server:
        yield server, url_of, owner


def _drop_those_of_ended_runs(server) -> None:
    rows = server.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]
    ).fetchall()
    for (name,) in rows:
        process = name.removeprefix(PREFIX).split("_", 1)[0]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


class Merchant:
    """A merchant's server that keeps every IPN call and answers as a test wishes.

    ``answers[txn_ref]`` is a list of what to answer one after the other: a RspCode, an HTTP
    status, or seconds to keep silent; the last one goes on for ever. Without a list: 00.
    """

    def __init__(self):
        self.calls: list[tuple[str, float]] = []  # raw query, time.monotonic()
        self.answers: dict[str, list[str | int | float]] = {}
        self._changed = threading.Condition()
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                content, status = b"back", 200
                if path == "/ipn":
                    status, content = merchant._answer(query)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, content = merchant._confirm(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://localhost:{self._server.server_port}"
        self.ipn_url = f"{self.address}/ipn"
        self.confirm_url = f"{self.address}/confirm"
        self.confirmed: list[dict] = []  # bodies posted by the platform's protocol
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def calls_about(self, txn_ref: str) -> list[tuple[str, float]]:
        """The calls about one payment, oldest first."""
        return [call for call in self.calls if parse_qs(call[0])["vnp_TxnRef"] == [txn_ref]]

    def wait_for(self, txn_ref: str, count: int = 1, seconds: float = 15) -> list[str]:
        """The raw queries about one payment, once there are ``count`` of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.calls_about(txn_ref)) >= count, seconds)
            return [query for query, _ in self.calls_about(txn_ref)]

    def wait_for_confirm(self, reference: str, count: int = 1, seconds: float = 15) -> list[dict]:
        """What the platform's protocol posted about one payment, once there are ``count`` of it."""

        def found():
            return [body for body in self.confirmed if body["MaThamChieu"] == reference]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, seconds)
            return found()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _confirm(self, body: dict) -> tuple[int, bytes]:
        with self._changed:
            self.confirmed.append(body)
            waiting = self.answers.get(body["MaThamChieu"], ["00"])
            code = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self._changed.notify_all()
        return 200, json.dumps({"MaLoi": code, "MoTaLoi": ""}).encode()

    def _answer(self, query: str) -> tuple[int, bytes]:
        txn_ref = parse_qs(query)["vnp_TxnRef"][0]
        with self._changed:
            self.calls.append((query, time.monotonic()))
            waiting = self.answers.get(txn_ref, ["00"])
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self._changed.notify_all()
        if isinstance(answer, float):
            time.sleep(answer)
            answer = "00"
        if isinstance(answer, int):
            return answer, b"<html>not today</html>"
        return 200, b'{"RspCode":"%s","Message":"test"}' % answer.encode()


class Payer:
    """A person with a browser without JavaScript: follows links, keeps cookies, sends forms."""

    def __init__(self):
        self.browser = httpx.Client(follow_redirects=True, timeout=20)
        self.page: httpx.Response | None = None

    def opens(self, url: str) -> httpx.Response:
        self.page = self.browser.get(url)
        return self.page

    def sends(self, path: str = "", *, follow: bool = True, **fields: str) -> httpx.Response:
        """Send a form of the page that is open; ``path`` is its action below the page."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)[1]
        url = self.page.url.join(path) if path else self.page.url
        answer = self.browser.post(
            url, data={"csrfmiddlewaretoken": token, **fields}, follow_redirects=follow
        )
        if follow:
            self.page = answer
        return answer

    def pays_with(self, card_number: str, password: str = "123456") -> httpx.Response:
        """Choose a test card, type the password, and return the redirect that ends it."""
        self.sends(test_card=card_number)
        assert self.page.url.path.endswith("/otp/"), self.page.text
        return self.sends(otp=password, follow=False)
