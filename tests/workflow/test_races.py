"""Whatever can race, with threads on real PostgreSQL."""

import threading

from django.db import connections

from dossiers.models import Dossier, DossierHistory
from portal import clock
from portal.errors import NotOffered
from portal.workflow import perform
from tests.dossiers.factories import DossierFactory, officer


def test_two_officials_at_once_exactly_one_wins(own_database):
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")
    outcomes, start = [], threading.Barrier(8)

    def receive():
        mine = Dossier.objects.get(pk=dossier.pk)
        start.wait()
        try:
            perform(mine, "receive", by=receiver)
            outcomes.append("received")
        except NotOffered:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=receive) for _number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["received"] + ["told"] * 7
    assert DossierHistory.objects.filter(dossier=dossier, transition="receive").count() == 1


def test_codes_are_gap_free_under_32_submits_at_once(own_database):
    first = DossierFactory()
    drafts = [first, *DossierFactory.create_batch(31, offering=first.offering, filed_by=first.filed_by)]
    start = threading.Barrier(len(drafts))

    def submit(pk):
        mine = Dossier.objects.get(pk=pk)
        start.wait()
        perform(mine, "submit", by=mine.filed_by)
        connections.close_all()

    threads = [threading.Thread(target=submit, args=[draft.pk]) for draft in drafts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    numbers = sorted(int(code[-4:]) for code in Dossier.objects.values_list("code", flat=True))
    assert numbers == list(range(1, 33))
    assert Dossier.objects.get(pk=first.pk).code.startswith(
        f"{first.receiving_unit.code}-{clock.today():%y%m%d}-"
    )
