"""A merchant is registered by one command, on a machine on which nothing runs yet, or while it does."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from portal.embedded.postgres import free_port
from tests import processes
from tests.payments.sandbox import running

FROM_OUTSIDE = ("DATABASE_URL", "DATABASE_OWNER_URL", "SANDBOX_DATABASE_URL", "REDIS_URL")


@pytest.fixture
def machine(tmp_path):
    """The environment of a machine with an empty home."""
    kept = {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "portal.settings.embedded",
        "PORTAL_HOME": str(tmp_path / "home"),
        "PORTAL_PORT": str(free_port()),
        "PORTAL_SANDBOX_PORT": str(free_port()),
        "SANDBOX_IPN_INTERVAL_SECONDS": "0.2",
    }


def manage(machine, *words):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=machine,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow  # three commands, each with servers of its own
def test_one_line_of_json_before_and_while_the_sandbox_runs(machine, tmp_path, merchant, payer):
    address = f"http://localhost:{machine['PORTAL_SANDBOX_PORT']}"
    first = manage(machine, "sandbox_merchant", f"--ipn-url={merchant.ipn_url}")
    assert first.returncode == 0, first.stderr
    (line,) = first.stdout.splitlines()
    account = json.loads(line)
    assert account.keys() == {"tmn_code", "secret", "pay_url", "api_url"}
    assert account["pay_url"] == f"{address}/paymentv2/vpcpay.html"
    assert account["api_url"] == f"{address}/merchant_webapi/api/transaction"

    with processes.running(
        [sys.executable, "manage.py", "sandbox"],
        log=tmp_path / "sandbox.log",
        environment=machine,
        ready=lambda: processes.answers(f"{address}/livez"),
    ):
        second = manage(machine, "sandbox_merchant", "--name=Hiệu sách", "--ipn-url=")
        (line,) = second.stdout.splitlines()
        assert json.loads(line)["tmn_code"] != account["tmn_code"]
        page = payer.opens(f"{address}/console/").text
        assert account["tmn_code"] in page
        assert "Hiệu sách" in page


@pytest.mark.parametrize("wrong", ["ftp://localhost/ipn", "localhost", "http://a b/ipn"])
def test_what_is_no_address_is_refused_in_one_sentence(sandbox, wrong):
    environment = running.environment(sandbox.database_url, port=1)
    refused = subprocess.run(
        [sys.executable, "-m", "django", "sandbox_merchant", f"--ipn-url={wrong}"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("CommandError: The IPN address")
