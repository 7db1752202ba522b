"""The chain of history: whatever is changed behind the triggers' back is found, and the first row is named."""

import itertools
import json
import random
import re
import threading
from contextlib import contextmanager
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.models import DossierHistory
from portal.workflow import perform, seal, verification
from portal.workflow.models import Checkpoint, Seal
from tests import databases
from tests.accounts.factories import OfficialFactory
from tests.dossiers.factories import DossierFactory, officer, receive
from tests.workflow import arrangements
from tests.workflow.test_outbox import paid
from tests.workflow.threads import in_a_thread, run_together

TABLES = sorted(verification.HISTORY_TABLES)


def tell_a_story(land):
    """Some rows in each history table, in the chains of two agencies."""
    for offering in (land.offering, arrangements.land().offering):
        for situation in ("returned", "withdrawn", "in_process"):
            DossierFactory(offering=offering, **{situation: True})
        drafted = arrangements.before(
            arrangements.ServiceVersion, arrangements.SimpleNamespace(source="proposed"), land
        )
        perform(drafted, "send_back", by=OfficialFactory(role="system_admin"), reason="Sai tên.")
        captured = DossierFactory(offering=offering, submitted=True)
        paid(captured)
        for _number in range(2):
            arrangements.before(
                arrangements.Refund,
                arrangements.SimpleNamespace(source="sent"),
                arrangements.SimpleNamespace(offering=offering),
            )


@pytest.fixture(scope="module")
def sealed_story(
    database_template, django_db_setup, worker_name, django_db_blocker, tmp_path_factory
):
    """The name of a database in which the story was told and sealed; nobody works in it, it is copied."""
    shared = databases.clone_name(worker_name)
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
    ):
        own = databases.clone(database_template, f"{shared}_sealed")
        databases.point_connections_at(own.name)
        tell_a_story(arrangements.land())
        seal.seal_new_rows()
        databases.point_connections_at(shared)
    yield own.name
    with django_db_blocker.unblock():
        databases.drop(own.name)


@pytest.fixture
def sealed(sealed_story, worker_name, django_db_blocker):
    """A copy of that database for one test, which may do to it what nobody may."""
    shared = databases.clone_name(worker_name)
    with django_db_blocker.unblock():
        own = databases.clone(sealed_story, f"{sealed_story}_copy")
        databases.point_connections_at(own.name)
        try:
            yield own
        finally:
            databases.point_connections_at(shared)
            databases.drop(own.name)


@pytest.fixture
def sealed_for_all(sealed_story, worker_name, django_db_blocker):
    """That database itself: whoever uses it leaves it as it was (:func:`undone_afterwards`)."""
    with django_db_blocker.unblock():
        databases.point_connections_at(sealed_story)
        yield
        databases.point_connections_at(databases.clone_name(worker_name))


def verify():
    """What the command says; raises ``CommandError`` with what it complains of."""
    told = StringIO()
    call_command("verify_history", stdout=told)
    return told.getvalue()


def as_owner(*statements):
    """What nobody may do: write as the owner of the tables, with triggers switched off."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        switch_off_protection(cursor)
        for statement, *parameters in statements:
            cursor.execute(statement, parameters)


@contextmanager
def undone_afterwards():
    """A cursor of the owner, with triggers and constraints switched off, whose work is rolled back at the end."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        switch_off_protection(cursor)
        yield cursor
        transaction.set_rollback(True, using="owner")


def switch_off_protection(cursor):
    for table in [*TABLES, "workflow_seal", "workflow_checkpoint"]:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'u')",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def rows_of(table):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


# What fits -----------------------------------------------------------------------------------


def test_history_fits_its_seals(sealed):
    number = sum(len(rows_of(table)) for table in TABLES)

    assert all(len(rows_of(table)) >= 4 for table in TABLES)
    assert verify() == f"{number} sealed rows fit. 0 rows are not sealed yet.\n"
    assert Seal.objects.count() == number
    assert seal.seal_new_rows() == 0


def test_rows_not_sealed_yet_are_counted(sealed):
    DossierFactory(received=True)

    assert re.search(r" 2 rows are not sealed yet", verify())
    assert seal.seal_new_rows() == 2
    assert re.search(r" 0 rows are not sealed yet", verify())


def test_every_column_of_every_history_table_is_sealed():
    """A column that is added without a new format would be free to change."""
    assert {table.table for table in seal.sealed_tables()} == set(TABLES)
    for table in seal.sealed_tables():
        assert len(table.columns) == len(verification.SHARED_SQL) + len(
            verification.HISTORY_TABLES[table.table]
        )


def test_each_agency_has_a_chain_of_its_own(sealed):
    chains = set(
        Seal.objects.filter(history_table="dossiers_dossierhistory").values_list("chain", flat=True)
    )
    agencies = set(DossierHistory.objects.values_list("handling_agency_id", flat=True))

    assert chains == {f"dossiers_dossierhistory:{agency}" for agency in agencies}
    assert len(agencies) == 2


# What does not fit ---------------------------------------------------------------------------

OTHERWISE = {
    "bigint": "coalesce({column}, 0) + 1",
    "integer": "coalesce({column}, 0) + 1",
    "smallint": "coalesce({column}, 0) + 1",
    "character varying": "{column} || 'x'",
    "timestamp with time zone": "{column} + interval '1 microsecond'",
    "jsonb": """{column} || '{{"x": 1}}'""",
}


@pytest.mark.parametrize("table", TABLES)
def test_any_column_of_any_row_that_is_changed_is_found(table, sealed_for_all):
    ids = rows_of(table)
    columns = verification.HISTORY_TABLES[table]
    with undone_afterwards() as cursor:
        for number, (column, kind) in enumerate(columns_of(cursor, table)):
            victim = ids[number % len(ids)]
            broken = tampered(
                cursor,
                table,
                columns,
                f'UPDATE {table} SET "{column}" = {OTHERWISE[kind].format(column=column)} WHERE id = {victim}',
            )
            assert (broken.history_id, broken.problem) == (
                victim,
                "the row or its place was changed",
            ), column


@pytest.mark.parametrize("table", TABLES)
def test_any_row_that_is_removed_is_found(table, sealed_for_all):
    with undone_afterwards() as cursor:
        for victim in rows_of(table):
            broken = tampered(
                cursor,
                table,
                verification.HISTORY_TABLES[table],
                f"DELETE FROM {table} WHERE id = {victim}",
            )
            assert (broken.history_id, broken.problem) == (victim, "the row was removed")


@pytest.mark.parametrize("table", TABLES)
def test_rows_that_change_places_are_found(table, sealed_for_all):
    ids = rows_of(table)
    with undone_afterwards() as cursor:
        for one, other in itertools.pairwise(ids):
            broken = tampered(
                cursor,
                table,
                verification.HISTORY_TABLES[table],
                f"UPDATE {table} SET id = -1 WHERE id = {one}; UPDATE {table} SET id = {one} WHERE id = {other};"
                f"UPDATE {table} SET id = {other} WHERE id = -1",
            )
            assert broken.history_id == one


def columns_of(cursor, table):
    """``(name, type)`` of all columns but the key."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = %s AND column_name <> 'id'",
        [table],
    )
    return cursor.fetchall()


def tampered(cursor, table, columns, statement):
    """What the verification says after ``statement``, which is then undone."""
    assert verification.first_broken_link(cursor, table, columns)[0] is None
    cursor.execute("SAVEPOINT tampering")
    cursor.execute(statement)
    broken, _sealed = verification.first_broken_link(cursor, table, columns)
    cursor.execute("ROLLBACK TO SAVEPOINT tampering")
    assert broken is not None, statement
    return broken


def test_the_command_names_the_first_row_of_several(sealed):
    ids = rows_of("dossiers_dossierhistory")
    first, second = ids[3], ids[7]
    as_owner(
        ("UPDATE dossiers_dossierhistory SET at = at - interval '1 day' WHERE id = %s", second),
        ("UPDATE dossiers_dossierhistory SET transition = 'complete' WHERE id = %s", first),
    )

    with pytest.raises(
        CommandError, match=rf"dossiers_dossierhistory: row {first} does not fit its seal"
    ):
        verify()


def test_a_seal_taken_out_of_the_middle_is_found(sealed):
    middle = Seal.objects.filter(chain__startswith="dossiers", number=2).first()
    after = Seal.objects.get(chain=middle.chain, number=3)
    as_owner(("DELETE FROM workflow_seal WHERE id = %s", middle.pk))

    with pytest.raises(
        CommandError, match=rf"row {after.history_id} .*a seal before it is missing"
    ):
        verify()


def test_an_end_that_is_cut_off_is_missed_at_its_checkpoint(sealed):
    last = Seal.objects.filter(chain__startswith="dossiers").order_by("-number").first()
    as_owner(
        ("DELETE FROM workflow_seal WHERE id = %s", last.pk),
        ("DELETE FROM dossiers_dossierhistory WHERE id = %s", last.history_id),
    )

    with pytest.raises(
        CommandError, match=f"Checkpoint {last.chain} {last.number} is not what was signed"
    ):
        verify()


def test_a_chain_written_anew_does_not_fit_what_was_signed(sealed):
    """The forger knows the format: row changed, every seal after it computed again."""
    chain = Seal.objects.filter(chain__startswith="dossiers").first().chain
    as_owner(*forged_chain(chain))

    with pytest.raises(CommandError, match=f"Checkpoint {chain} "):
        verify()


def test_a_checkpoint_signed_with_another_key_is_found(sealed):
    """The forger signs the new head too, and puts the fitting public key beside it."""
    chain = Seal.objects.filter(chain__startswith="dossiers").first().chain
    key = Ed25519PrivateKey.generate()
    statements = list(forged_chain(chain))
    digests = {number: digest for _sql, digest, number, _chain in statements[1:]}
    for checkpoint in Checkpoint.objects.filter(chain=chain):
        digest = digests[checkpoint.number]
        signature = key.sign(f"{chain}|{checkpoint.number}|{digest}".encode()).hex()
        statements.append(
            (
                "UPDATE workflow_checkpoint SET digest = %s, signature = %s, public_key = %s WHERE id = %s",
                digest,
                signature,
                key.public_key().public_bytes_raw().hex(),
                checkpoint.pk,
            )
        )
    as_owner(*statements)

    with pytest.raises(CommandError, match=f"Checkpoint {chain} "):
        verify()


@pytest.mark.parametrize("column", ["digest", "signature", "public_key"])
def test_a_checkpoint_that_was_touched_is_found(column, sealed):
    checkpoint = Checkpoint.objects.first()
    changed = "0" if getattr(checkpoint, column)[0] != "0" else "1"
    as_owner(
        (
            f"UPDATE workflow_checkpoint SET {column} = %s WHERE id = %s",
            changed + getattr(checkpoint, column)[1:],
            checkpoint.pk,
        )
    )

    with pytest.raises(CommandError, match=f"Checkpoint {checkpoint.chain} {checkpoint.number} "):
        verify()


def forged_chain(chain):
    """Statements that change the first row of ``chain`` and bring all its seals in line again."""
    (table,) = [table for table in seal.sealed_tables() if chain.startswith(f"{table.table}:")]
    digest = ""
    seals = list(Seal.objects.filter(chain=chain).order_by("number"))
    yield f"UPDATE {table.table} SET level = level %% 4 + 1 WHERE id = %s", seals[0].history_id
    for link in seals:
        values = list(DossierHistory.objects.values_list(*table.columns).get(pk=link.history_id))
        if link.number == 1:
            place = table.columns.index("level")
            values[place] = values[place] % 4 + 1
        digest = seal.chained(digest, values)
        yield (
            "UPDATE workflow_seal SET digest = %s WHERE number = %s AND chain = %s",
            digest,
            link.number,
            chain,
        )


# The form of a row ---------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DETAILS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def test_sealer_and_verification_write_details_alike(own_database):
    """Two pieces of code that share nothing give one form, whatever the details hold."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(verification.SORTED_JSON)

        @settings(max_examples=80, deadline=None)
        @given(st.dictionaries(TEXTS, DETAILS, max_size=5))
        def alike(details):
            cursor.execute(
                "SELECT %s::jsonb::text, pg_temp.sorted_json(%s::jsonb)", [json.dumps(details)] * 2
            )
            stored, in_sql = cursor.fetchone()
            assert seal.canonical([json.loads(stored)]) == in_sql

        alike()


# Several sealers, and writers beside them -----------------------------------------------------


def test_eight_sealers_at_once_make_chains_without_gap_or_twin(own_database, monkeypatch):
    monkeypatch.setattr(seal, "BATCH", 5)
    tell_a_story(arrangements.land())
    number = sum(len(rows_of(table)) for table in TABLES)

    sealed = run_together(lambda _number: seal.seal_new_rows(), range(8))
    seal.seal_new_rows()

    assert not [answer for answer in sealed if isinstance(answer, Exception)]
    assert Seal.objects.count() == number
    for chain in set(Seal.objects.values_list("chain", flat=True)):
        numbers = list(
            Seal.objects.filter(chain=chain).order_by("number").values_list("number", flat=True)
        )
        assert numbers == list(range(1, len(numbers) + 1))
    assert "0 rows are not sealed yet" in verify()


def test_sealing_and_verifying_while_rows_are_written(own_database):
    """Rows commit out of the order of their keys; none is left out, and no check gives a false alarm."""
    first = DossierFactory(submitted=True)
    others = [
        DossierFactory(offering=first.offering, filed_by=first.filed_by, submitted=True)
        for _number in range(15)
    ]
    officer(first, "one_door")
    enough = threading.Event()

    def keep_sealing():
        while not enough.is_set():
            seal.seal_new_rows()
            verify()

    failures = []

    def sealer():
        try:
            keep_sealing()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=in_a_thread(sealer))
    thread.start()
    try:
        run_together(receive, [first, *others])
    finally:
        enough.set()
        thread.join()

    assert failures == []
    seal.seal_new_rows()
    assert "0 rows are not sealed yet" in verify()
    assert DossierHistory.objects.filter(transition="receive").count() == 16


def test_a_row_that_commits_late_is_sealed_all_the_same(own_database):
    """A key given earlier but committed later: a cursor over keys would pass it by."""
    slow, quick = (DossierFactory(submitted=True) for _number in range(2))
    for dossier in (slow, quick):
        officer(dossier, "one_door")
    written, go_on = threading.Event(), threading.Event()

    def receive_slowly():
        with transaction.atomic():
            receive(slow)
            written.set()
            go_on.wait(20)

    thread = threading.Thread(target=in_a_thread(receive_slowly))
    thread.start()
    try:
        assert written.wait(20)
        receive(quick)
        seal.seal_new_rows()
        late_key, early_key = (
            None,
            DossierHistory.objects.get(dossier=quick, transition="receive").pk,
        )
    finally:
        go_on.set()
        thread.join()
    late_key = DossierHistory.objects.get(dossier=slow, transition="receive").pk

    assert late_key < early_key
    assert seal.seal_new_rows() == 1
    assert "0 rows are not sealed yet" in verify()


@pytest.mark.slow
def test_a_thousand_tamperings(sealed):
    """Edits, removals and swaps of random rows and columns: each one found, the first row named."""

    rng = random.Random(2022)
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        switch_off_protection(cursor)
        kinds = {}
        for table in TABLES:
            kinds[table] = columns_of(cursor, table)
        for _number in range(1000):
            table = rng.choice(TABLES)
            ids = rows_of(table)
            victim = rng.choice(ids)
            column, kind = rng.choice(kinds[table])
            statement = rng.choice(
                [
                    f'UPDATE {table} SET "{column}" = {OTHERWISE[kind].format(column=column)} WHERE id = {victim}',
                    f"DELETE FROM {table} WHERE id = {victim}",
                ]
            )
            broken = tampered(cursor, table, verification.HISTORY_TABLES[table], statement)
            assert broken.history_id == victim
