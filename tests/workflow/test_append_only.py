"""What is append-only stays as it was written: against the application by its rights, against the owner by triggers."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from portal.workflow.grants import append_only_tables
from portal.workflow.models import Checkpoint, Fact, HistoryRow, Seal

MUST_BE = {
    "dossiers_dossierhistory",
    "payments_attempthistory",
    "payments_refundhistory",
    "payments_entry",
    "payments_posting",
    "payments_notice",
    "payments_cashreceipt",
    "workflow_fact",
    "workflow_seal",
    "workflow_checkpoint",
}
FORBIDDEN = [
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
]


def test_every_table_that_must_be_append_only_is():
    tables = set(append_only_tables())

    assert tables >= MUST_BE
    assert tables >= {
        model._meta.db_table for model in apps.get_models() if issubclass(model, HistoryRow)
    }
    assert tables >= {model._meta.db_table for model in (Fact, Seal, Checkpoint)}


@pytest.mark.django_db
@pytest.mark.parametrize("table", append_only_tables())
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(table, statement):
    with (
        pytest.raises(DatabaseError, match=f"permission denied for (table|relation) {table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table))


@pytest.mark.django_db
@pytest.mark.parametrize("table", append_only_tables())
def test_the_application_may_read_and_add(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type FROM information_schema.table_privileges "
            "WHERE table_name = %s AND grantee = current_user",
            [table],
        )
        assert {row[0] for row in cursor.fetchall()} == {"SELECT", "INSERT"}


@pytest.mark.django_db
def test_the_application_owns_nothing_and_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner "
            "WHERE r.rolname = current_user AND c.relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)


def test_even_the_owner_is_refused_by_the_triggers(own_database):
    """The rights of the owner reach far; only who also switches triggers off gets past, and leaves broken seals."""
    found = {}
    for table in append_only_tables():
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE tgtype & 32 <> 0), count(*) FILTER (WHERE tgtype & 24 <> 0) "
                "FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
                [table],
            )
            found[table] = cursor.fetchone()
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic("owner"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(f"TRUNCATE {table} CASCADE")

    for table, (against_truncate, against_changes) in found.items():
        assert against_truncate == 1, table
        assert against_changes >= 1, table
