"""The same person, several clicks at the same moment, on a database that really commits."""

import threading
from uuid import uuid4

from django.db import connection

from dossiers import papers
from dossiers.actions import filing
from dossiers.errors import TooManyDrafts
from dossiers.models import Dossier
from portal.documents.models import StoredDocument
from tests.accounts.factories import UserFactory
from tests.catalogue.factories import OfferingFactory
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
