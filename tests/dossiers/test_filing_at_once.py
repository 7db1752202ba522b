"""The same person, several clicks at the same moment, on a database that really commits."""

import threading
import time
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from dossiers import papers
from dossiers.actions import filing
from dossiers.errors import TooManyDrafts
from dossiers.models import Dossier
from portal.documents.models import StoredDocument
from tests.accounts.factories import UserFactory
from tests.catalogue.factories import OfferingFactory
from tests.dossiers import journeys
from tests.dossiers.factories import DossierFactory


def test_eight_starts_at_once_leave_five_drafts(own_database):
    offering, user = OfferingFactory(), UserFactory()
    outcomes = at_once(8, lambda: filing.open_dossier(offering, by=user, nonce=uuid4()))
    assert sorted(isinstance(each, TooManyDrafts) for each in outcomes) == [False] * 5 + [True] * 3
    assert Dossier.objects.filter(filed_by=user).count() == 5


def test_two_clicks_at_once_send_once(own_database):
    dossier = DossierFactory(offering__service__fee_vnd=75_000)
    at_once(4, lambda: filing.submit(Dossier.objects.get(pk=dossier.pk), by=dossier.filed_by))
    moves = dossier.history.order_by("sequence").values_list("transition", flat=True)
    assert list(moves) == ["submit", "request_payment"]
    assert dossier.payment_requests.count() == 1


def test_a_receipt_asked_for_four_times_at_once_is_printed_once(own_database, media_folder):
    dossier = DossierFactory(submitted=True)
    documents = at_once(4, lambda: papers.filing_receipt(Dossier.objects.get(pk=dossier.pk)))
    assert len({document.pk for document in documents}) == 1
    receipt = StoredDocument.objects.get(role="filing_receipt")
    stored = [path for path in media_folder.rglob("*") if path.is_file()]
    assert len(stored) == 1 + dossier.attachments.count()
    assert receipt.sha256 and receipt.size


@pytest.mark.parametrize("step", ["submit", "upload"])
def test_a_draft_discarded_in_another_window_at_the_same_moment(own_database, media_folder, step):
    dossier = DossierFactory()
    client = Client()
    client.force_login(dossier.filed_by)
    address, data = {
        "submit": (
            reverse("dossiers:submit", args=[dossier.public_id]),
            dict.fromkeys(filing.declarations(dossier.version.definition), "on"),
        ),
        "upload": (
            reverse("dossiers:documents", args=[dossier.public_id]),
            {"component": "paper", "file": journeys.pdf_file()},
        ),
    }[step]
    answers = []

    with transaction.atomic():
        Dossier.objects.select_for_update().get(pk=dossier.pk)
        other = threading.Thread(target=lambda: answers.append(_posted(client, address, data)))
        other.start()
        _wait_until_somebody_waits()
        filing.discard(dossier)
    other.join()

    [answer] = answers
    assert answer.status_code == 404
    assert "đã bị bỏ" in answer.content.decode()
    assert not Dossier.objects.exists()
    assert [path for path in media_folder.rglob("*") if path.is_file()] == []


def _posted(client, address, data):
    try:
        return client.post(address, data)
    finally:
        connection.close()


def _wait_until_somebody_waits():
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.rowcount:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the dossier")


def at_once(number, act):
    """Run ``act`` in ``number`` threads that start together; results and refusals in any order."""
    outcomes, gate = [], threading.Barrier(number)

    def run():
        gate.wait()
        try:
            outcomes.append(act())
        except Exception as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
