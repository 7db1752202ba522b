"""Recomputing the chains in PostgreSQL, and the signatures of their heads.

Written apart from the sealer on purpose: the same mistake in both would prove nothing. The columns of format 1 are
listed here by hand.
"""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

SHARED_SQL = [
    "h.id::text",
    "h.sequence::text",
    "h.transition",
    "h.source",
    "h.target",
    "to_char(extract(epoch FROM h.at), 'FM999999999999990.000000')",
    "to_char(extract(epoch FROM h.recorded_at), 'FM999999999999990.000000')",
    "coalesce(h.actor_id::text, '-')",
    "coalesce(h.grant_id::text, '-')",
    "pg_temp.sorted_json(h.details)",
]

HISTORY_TABLES = {
    "catalogue_serviceversionhistory": ["h.number::text", "h.version_id::text"],
    "dossiers_dossierhistory": [
        "h.channel::text",
        "h.dossier_id::text",
        "h.handling_agency_id::text",
        "h.level::text",
        "h.receiving_unit_id::text",
        "h.version_id::text",
    ],
    "payments_attempthistory": [
        "h.amount::text",
        "h.attempt_id::text",
        "h.channel::text",
        "h.handling_agency_id::text",
        "h.service_id::text",
    ],
    "payments_refundhistory": ["h.amount::text", "h.refund_id::text"],
}

# JSON with its keys in the order of their code points and a blank after ':' and ',', as format 1 writes it.
SORTED_JSON = """
CREATE OR REPLACE FUNCTION pg_temp.sorted_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN RETURN '{' || coalesce((
        SELECT string_agg(to_json(key)::text || ': ' || pg_temp.sorted_json(value -> key), ', '
                          ORDER BY key COLLATE "C")
        FROM jsonb_object_keys(value) AS key), '') || '}';
    WHEN 'array' THEN RETURN '[' || coalesce((
        SELECT string_agg(pg_temp.sorted_json(item), ', ' ORDER BY place)
        FROM jsonb_array_elements(value) WITH ORDINALITY AS items(item, place)), '') || ']';
    ELSE RETURN value::text;
  END CASE;
END $$
"""


@dataclass(frozen=True)
class BrokenLink:
    """The first seal of a table that does not fit."""

    chain: str
    number: int
    history_id: int
    problem: str


def first_broken_link(cursor, table, columns):
    """``(broken, sealed)``: the first link that does not fit, or ``None``, and how many seals were compared."""
    cursor.execute(SORTED_JSON)
    text = " || chr(31) || ".join([*SHARED_SQL, *columns])
    cursor.execute(
        f"""
        WITH links AS (
            SELECT s.chain, s.number, s.history_id, s.digest, h.id IS NULL AS gone,
                   coalesce(lag(s.number) OVER chain, 0) + 1 AS expected_number,
                   encode(sha256(convert_to(
                       coalesce(lag(s.digest) OVER chain, '') || chr(10) || {text}, 'UTF8')), 'hex') AS expected
            FROM workflow_seal s LEFT JOIN "{table}" h ON h.id = s.history_id
            WHERE s.history_table = %s AND s.format = 1
            WINDOW chain AS (PARTITION BY s.chain ORDER BY s.number)
        )
        SELECT chain, number, history_id,
               CASE WHEN number <> expected_number THEN 'a seal before it is missing'
                    WHEN gone THEN 'the row was removed'
                    ELSE 'the row or its place was changed' END
        FROM links WHERE gone OR number <> expected_number OR digest IS DISTINCT FROM expected
        ORDER BY history_id, number LIMIT 1
        """,
        [table],
    )
    row = cursor.fetchone()
    cursor.execute("SELECT count(*) FROM workflow_seal WHERE history_table = %s", [table])
    return (BrokenLink(*row) if row else None), cursor.fetchone()[0]


def unsealed(cursor, table):
    """How many rows of ``table`` have no seal yet."""
    cursor.execute(
        f'SELECT count(*) FROM "{table}" h WHERE NOT EXISTS '
        "(SELECT FROM workflow_seal s WHERE s.history_table = %s AND s.history_id = h.id)",
        [table],
    )
    return cursor.fetchone()[0]


def own_public_key():
    """The key that this portal's checkpoints must be signed with, in hex: who signs anew with another is found."""
    seed = sha256(settings.PORTAL_SEALING_KEY.encode("utf-8")).digest()
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def bad_checkpoints(cursor):
    """The first checkpoint not signed by this portal, or whose seal is no longer what was signed; ``None`` if none."""
    own = own_public_key()
    cursor.execute(
        "SELECT c.chain, c.number, c.digest, c.signature, c.public_key, s.digest FROM workflow_checkpoint c "
        "LEFT JOIN workflow_seal s ON s.chain = c.chain AND s.number = c.number ORDER BY c.id"
    )
    for chain, number, digest, signature, public_key, sealed in cursor.fetchall():
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
                bytes.fromhex(signature), f"{chain}|{number}|{digest}".encode()
            )
        except (InvalidSignature, ValueError):
            return f"{chain} {number}"
        if digest != sealed or public_key != own:
            return f"{chain} {number}"
    return None
