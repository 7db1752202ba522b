"""The portal and the sandbox as two processes that know each other by their addresses only.

Nothing stands in for either side: pages, protocols, notices and files go over HTTP, and each keeps books in a database
of its own. The test process looks into both databases and works on the portal's, as its completer does.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse

from payments.models import Attempt
from portal.embedded.postgres import free_port
from tests import databases, processes
from tests.payments.sandbox import running

PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class BothSides:
    """``portal`` is an address, ``sandbox`` a running sandbox at which the portal is the merchant."""

    portal: str
    sandbox: running.Sandbox

    def page(self, name, thing) -> str:
        """The address of one of the portal's pages about money."""
        return self.portal + reverse(f"payments:{name}", args=[thing.public_id])


@pytest.fixture(scope="package")
def both(database_template, django_db_setup, worker_name, django_db_blocker, tmp_path_factory):
    """Both sides, once for the tests of this folder, which work on the portal's database as long as that."""
    folder = tmp_path_factory.mktemp("both")
    shared, port, sandbox_port = databases.clone_name(worker_name), free_port(), free_port()
    address, gateway = f"http://localhost:{port}", f"http://localhost:{sandbox_port}"
    account = {"tmn_code": running.TMN_CODE, "secret": running.SECRET}
    with django_db_blocker.unblock():
        own = databases.clone(database_template, databases.clone_name(worker_name, 9_000))
        databases.point_connections_at(own.name)
        try:
            with (
                running.database() as sandbox_database,
                running.sandbox(
                    sandbox_database,
                    folder,
                    port=sandbox_port,
                    SANDBOX_MERCHANT_IPN_URL=address + reverse("payments:ipn"),
                    SANDBOX_MERCHANT_CONFIRM_URL=address + reverse("payments:confirmation"),
                    SANDBOX_MERCHANT_RETURN_URL=f"{address}/",
                    SANDBOX_PUBLIC_URL=gateway,  # the portal calls it by another name than payers do
                ) as sandbox,
                processes.portal(
                    own,
                    folder,
                    port=port,
                    PORTAL_SANDBOX_PORT=str(sandbox_port),
                    GATEWAY_TMN_CODE=running.TMN_CODE,
                    GATEWAY_SECRET=running.SECRET,
                ),
                override_settings(
                    GATEWAY={
                        **account,
                        "pay_url": sandbox.config.pay_url,
                        "api_url": sandbox.config.api_url,
                    },
                    GATEWAY_PLATFORM={
                        **account,
                        "pay_url": gateway,
                        "api_url": f"{gateway}/platform",
                    },
                ),
            ):
                yield BothSides(address, sandbox)
        finally:
            databases.point_connections_at(shared)
            databases.drop(own.name)


class Citizen(running.Payer):
    """Who filed a dossier, signed in at the portal, with a browser without JavaScript."""

    def __init__(self, both: BothSides, user):
        super().__init__()
        self.both = both
        session = Client()
        session.force_login(user)
        key = session.cookies[django_settings.SESSION_COOKIE_NAME].value
        port = both.portal.rsplit(":", 1)[1]
        self.browser.cookies.set(f"mc_session_{port}", key)

    def leaves_to_pay(self, dossier, way: str) -> Attempt:
        """From the portal's page to the bank's; the attempt that was opened."""
        self.opens(self.both.page("pay", dossier))
        self.sends(self.both.page("start", dossier), way=way)
        assert str(self.page.url).startswith(f"{self.both.sandbox.address}/pay/"), self.page.text
        return Attempt.objects.filter(dossier=dossier).latest("pk")

    def presses_trouble(self, name: str):
        """The bank's button that pays and makes trouble for the merchant; the redirect back."""
        self.sends(trouble=name)
        return self.sends(otp="123456", follow=False)


@pytest.fixture
def citizen(both):
    """``citizen(user)``: one more person; their browsers are closed after the test."""
    people = []

    def arrives(user):
        people.append(Citizen(both, user))
        return people[-1]

    yield arrives
    for person in people:
        person.browser.close()


@pytest.fixture
def wait_until():
    """``wait_until(condition)``: until the other side has acted. Fails after some seconds."""

    def wait(condition: Callable[[], object]):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not (found := condition()):
            assert time.monotonic() < give_up, "the other side has not acted"
            time.sleep(0.05)
        return found

    return wait
