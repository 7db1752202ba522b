"""The checker itself: silent about a sound story, and each seeded fault makes it name the broken invariant."""

import ast
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from portal.workflow import outbox
from tests.faults import checker
from tests.faults.checker import INVARIANTS, violations
from tests.workflow import arrangements
from tests.workflow.test_outbox import tell_a_story

# What each fault does behind the back of the portal, as the owner with triggers and constraints switched off.
FAULTS = {
    "an entry loses a side": (
        "M1",
        "DELETE FROM payments_posting WHERE id = (SELECT min(id) FROM payments_posting)",
    ),
    "an amount is changed on one side": (
        "M1",
        "UPDATE payments_posting SET amount = amount + 1 WHERE id = (SELECT min(id) FROM payments_posting)",
    ),
    "the gateway account says twice what was taken": (
        "M2",
        "UPDATE payments_posting SET amount = amount * 2",
    ),
    "a surplus that nobody gives back": (
        "M5",
        "WITH gone AS (UPDATE payments_refund SET state = 'rejected') "
        "UPDATE payments_attempt SET state = 'surplus' WHERE state = 'captured'",
    ),
    "more is refunded than was taken": ("M3", "UPDATE payments_refund SET amount = amount + 1"),
    "a refund of an attempt without money": (
        "M3",
        "UPDATE payments_attempt SET state = 'failed' WHERE id = (SELECT min(attempt_id) FROM payments_refund)",
    ),
    "a refund done that nobody booked": ("M3", "UPDATE payments_refund SET state = 'done'"),
    "a dossier paid by nothing": (
        "M4",
        "UPDATE payments_attempt SET state = 'surplus' WHERE state = 'captured'",
    ),
    "a fee paid with another amount": (
        "M4",
        "UPDATE dossiers_paymentrequest SET amount = amount + 1",
    ),
    "a capture forgets its dossier": (
        "M4",
        "UPDATE dossiers_paymentrequest SET paid_at = NULL WHERE paid_at IS NOT NULL",
    ),
    "one gateway number twice": ("M6", "UPDATE payments_attempt SET gateway_number = '1'"),
    "a capture without an entry": (
        "M6",
        "DELETE FROM payments_entry WHERE reference LIKE 'capture:%'",
    ),
    "a capture booked as surplus": (
        "M6",
        "UPDATE payments_entry SET reference = replace(reference, 'capture:', 'surplus:')",
    ),
    "an entry of nothing": (
        "M6",
        "UPDATE payments_entry SET reference = 'owed:nobody' WHERE reference LIKE 'owed:%'",
    ),
    "a state without a history row": (
        "W2",
        "UPDATE dossiers_dossier SET state = 'received' WHERE state = 'supplement_requested'",
    ),
    "a history row lost": ("W2", "DELETE FROM dossiers_dossierhistory WHERE sequence = 1"),
    "a last history row lost": (
        "W2",
        "DELETE FROM dossiers_dossierhistory h WHERE sequence = (SELECT max(sequence) FROM dossiers_dossierhistory "
        "WHERE dossier_id = h.dossier_id)",
    ),
    "a history row that does not begin where the one before ended": (
        "W2",
        "UPDATE dossiers_dossierhistory SET source = 'draft' WHERE transition = 'start_processing'",
    ),
    "history that runs backwards": (
        "W2",
        "UPDATE dossiers_dossierhistory SET at = at - interval '1 day' WHERE sequence = 2",
    ),
    "an attempt moved without history": ("W2", "DELETE FROM payments_attempthistory"),
    "a refund that stands elsewhere": ("W2", "UPDATE payments_refund SET sequence = sequence + 1"),
    "a move nobody is told of": (
        "W4",
        "DELETE FROM workflow_outboxevent WHERE payload ->> 'transition' = 'receive'",
    ),
    "an event of a move that never was": (
        "W4",
        "UPDATE workflow_outboxevent SET payload = jsonb_set(payload, '{sequence}', '99')",
    ),
    "a message that was never written": ("W4", "DELETE FROM notifications_message"),
    "a clock that stands where nobody is waited for": (
        "W12",
        "UPDATE dossiers_dossier SET stopped_since = now() WHERE state = 'stopped'",
    ),
    "a clock that runs while one waits": (
        "W12",
        "UPDATE dossiers_dossier SET received_at = now() WHERE state = 'supplement_requested'",
    ),
}


@pytest.mark.slow
def test_every_seeded_fault_is_seen_and_named(own_database):
    tell_a_story(arrangements.land())
    while outbox.drain(linger=0):
        pass
    with connection.cursor() as cursor:
        assert violations(cursor) == {}
    tables = [
        "payments_posting",
        "payments_entry",
        "payments_refund",
        "payments_attempt",
        "payments_attempthistory",
        "payments_refundhistory",
        "dossiers_dossier",
        "dossiers_dossierhistory",
        "dossiers_paymentrequest",
        "workflow_outboxevent",
        "notifications_message",
    ]
    unseen = {}
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table in tables:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint "
                "WHERE (conrelid = %s::regclass OR confrelid = %s::regclass) AND contype IN ('f', 'u', 'c')",
                [table, table],
            )
            for owner, name in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"')
        cursor.execute(
            "DROP INDEX IF EXISTS attempt_one_effective_capture, payment_request_one_paid"
        )
        for fault, (name, statement) in FAULTS.items():
            cursor.execute("SAVEPOINT fault")
            cursor.execute(statement)
            changed = cursor.rowcount
            seen = violations(cursor)
            cursor.execute("ROLLBACK TO SAVEPOINT fault")
            if not changed or name not in seen:
                unseen[fault] = changed, sorted(seen)

    assert unseen == {}
    assert {name for name, _statement in FAULTS.values()} == set(INVARIANTS)


def test_the_checker_imports_nothing():
    code = ast.parse(Path(checker.__file__).read_text(encoding="utf-8"))

    assert not [node for node in ast.walk(code) if isinstance(node, ast.Import | ast.ImportFrom)]
