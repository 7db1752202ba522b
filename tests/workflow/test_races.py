"""Whatever can race, with threads on real PostgreSQL."""

import pytest

from dossiers.models import CodeCounter, Dossier, DossierHistory
from portal import clock
from portal.errors import NotOffered, PortalError
from portal.workflow import perform, perform_many
from portal.worktime import at
from tests.dossiers.factories import DossierFactory, complete, officer, propose, request_withdrawal
from tests.workflow.threads import run_together


def test_two_officials_at_once_exactly_one_wins(own_database):
    dossier = DossierFactory(submitted=True)
    receiver = officer(dossier, "one_door")

    def receive(_number):
        return perform(Dossier.objects.get(pk=dossier.pk), "receive", by=receiver).target

    answers = run_together(receive, range(8))

    assert answers.count("received") == 1
    assert sum(isinstance(answer, NotOffered) for answer in answers) == 7
    assert DossierHistory.objects.filter(dossier=dossier, transition="receive").count() == 1


def test_two_different_decisions_at_once_exactly_one_holds(own_database):
    """The leader signs while the applicant withdraws: whoever comes second is told, nothing is half done."""
    dossiers = [DossierFactory(in_process=True) for _number in range(6)]
    for dossier in dossiers:
        propose(dossier)
        officer(dossier, "leader")

    def decide(task):
        act, pk = task
        act(Dossier.objects.get(pk=pk))

    tasks = [(act, dossier.pk) for dossier in dossiers for act in (complete, request_withdrawal)]
    answers = run_together(decide, tasks)

    for number, dossier in enumerate(dossiers):
        pair = answers[2 * number : 2 * number + 2]
        assert sorted(type(answer).__name__ for answer in pair) == ["NoneType", "NotOffered"]
        stored = Dossier.objects.get(pk=dossier.pk)
        assert stored.state == stored.history.last().target in {"completed", "withdrawal_requested"}
        assert (stored.result is not None) == (stored.state == "completed")
        assert stored.withdrawal_requests.exists() == (stored.state == "withdrawal_requested")


def test_one_by_one_and_many_at_once_meet_without_deadlock(own_database):
    first = DossierFactory(submitted=True)
    others = [
        DossierFactory(offering=first.offering, filed_by=first.filed_by, submitted=True)
        for _number in range(11)
    ]
    everyone = [first.pk, *(dossier.pk for dossier in others)]
    receiver = officer(first, "one_door")

    def many(_number):
        outcomes = perform_many(Dossier.objects.filter(pk__in=everyone), "receive", by=receiver)
        return sum(outcome.move is not None for outcome in outcomes)

    def one_by_one(_number):
        done = 0
        for pk in reversed(everyone):
            try:
                perform(Dossier.objects.get(pk=pk), "receive", by=receiver)
                done += 1
            except NotOffered:
                pass
        return done

    works = [many, one_by_one, many, one_by_one]
    done = run_together(lambda number: works[number](number), range(4))

    assert sum(done) == len(everyone), done
    assert DossierHistory.objects.filter(transition="receive").count() == len(everyone)


# Official codes ------------------------------------------------------------------------------


def test_codes_are_gap_free_under_32_submits_at_once(own_database):
    first = DossierFactory()
    drafts = [
        first,
        *DossierFactory.create_batch(31, offering=first.offering, filed_by=first.filed_by),
    ]

    answers = run_together(submit, [draft.pk for draft in drafts])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert numbers_of(first.receiving_unit) == list(range(1, 33))
    assert CodeCounter.objects.get().last == 32
    assert Dossier.objects.get(pk=first.pk).code.startswith(
        f"{first.receiving_unit.code}-{clock.today():%y%m%d}-"
    )


def test_refused_and_failed_submits_leave_no_gap(own_database):
    """Every second draft lacks its paper; one unit's numbers are not another's."""
    first, elsewhere = DossierFactory(), DossierFactory()
    drafts = []
    for number in range(16):
        papers = ("paper",) if number % 2 else ()
        drafts.append(
            DossierFactory(offering=first.offering, filed_by=first.filed_by, papers=papers)
        )
        drafts.append(DossierFactory(offering=elsewhere.offering, filed_by=elsewhere.filed_by))

    answers = run_together(submit, [draft.pk for draft in drafts])

    assert sum(isinstance(answer, PortalError) for answer in answers) == 8
    assert sum(isinstance(answer, Exception) for answer in answers) == 8
    assert numbers_of(first.receiving_unit) == list(range(1, 9))
    assert numbers_of(elsewhere.receiving_unit) == list(range(1, 17))


def test_the_same_draft_sent_32_times_is_one_dossier(own_database):
    draft = DossierFactory()

    answers = run_together(submit, [draft.pk] * 32)

    assert sum(isinstance(answer, NotOffered) for answer in answers) == 31
    assert numbers_of(draft.receiving_unit) == [1]
    assert DossierHistory.objects.filter(dossier=draft).count() == 1


@pytest.mark.django_db
def test_the_day_begins_at_number_one(monkeypatch):
    yesterday = at("2026-11-16 23:59")
    monkeypatch.setattr(clock, "now", lambda: yesterday)
    first = DossierFactory(submitted=True)
    monkeypatch.setattr(clock, "now", lambda: at("2026-11-17 00:00"))
    second = DossierFactory(submitted=True, offering=first.offering)

    assert first.code.endswith("-261116-0001")
    assert second.code.endswith("-261117-0001")


def submit(pk):
    mine = Dossier.objects.get(pk=pk)
    return perform(mine, "submit", by=mine.filed_by)


def numbers_of(unit):
    codes = Dossier.objects.filter(receiving_unit=unit, code__isnull=False).values_list(
        "code", flat=True
    )
    return sorted(int(code.rsplit("-", 1)[1]) for code in codes)
