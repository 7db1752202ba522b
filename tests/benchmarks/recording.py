"""What one life writes, row by row and commit by commit, as triggers see it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connections, transaction

_LOGBOOK = """
CREATE TABLE bench_change (
    id bigint GENERATED ALWAYS AS IDENTITY, commit xid8 DEFAULT pg_current_xact_id(),
    relation text, before jsonb, after jsonb
);
CREATE FUNCTION bench_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO bench_change (relation, before, after)
    VALUES (TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END $$;
"""


@dataclass(frozen=True)
class Change:
    """One row inserted (``before`` is None) or updated; columns by name, as JSON shows them."""

    relation: str
    before: dict | None
    after: dict

    def changed(self):
        """The columns that an update set to something else."""
        return {
            column: value for column, value in self.after.items() if self.before[column] != value
        }


@contextmanager
def changes_noted():
    """Meanwhile every change of a row of ours is noted; only in a database that is thrown away."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})  # a proxy shares one
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute(_LOGBOOK)
        for table in tables:
            cursor.execute(
                f'CREATE TRIGGER bench_note_change AFTER INSERT OR UPDATE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION bench_note_change()"
            )
    try:
        yield
    finally:
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            for table in tables:
                cursor.execute(f'DROP TRIGGER bench_note_change ON "{table}"')
            cursor.execute("DROP FUNCTION bench_note_change; DROP TABLE bench_change")


def noted():
    """What was noted since the last call: a list of :class:`Change` for each commit."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT commit, relation, before, after FROM bench_change ORDER BY id")
        rows = cursor.fetchall()
        cursor.execute("TRUNCATE bench_change")
    commits = {}
    for commit, relation, before, after in rows:  # Django hands jsonb on as text
        change = Change(relation, before and json.loads(before), json.loads(after))
        commits.setdefault(commit, []).append(change)
    return list(commits.values())
