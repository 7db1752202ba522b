"""Chaining history rows per agency, outside the hot path, and signing the heads of the chains.

A seal is SHA-256 over the seal before it and the row in one canonical form. What it covers is fixed by its format:
a column that is added later comes with a new format, so old seals stay true. ``manage.py verify_history`` checks all
of this in SQL and shares no code with this module.
"""

import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from portal.workflow.models import Checkpoint, HistoryRow, Seal

BATCH = 500
FORMAT = 1
SEALER_LOCK = 7_401_220  # advisory: one sealer at a time, in whichever process

SHARED = (
    "id",
    "sequence",
    "transition",
    "source",
    "target",
    "at",
    "recorded_at",
    "actor_id",
    "grant_id",
    "details",
)


@dataclass(frozen=True)
class SealedTable:
    """A history table and the columns that a seal of :data:`FORMAT` covers."""

    table: str
    columns: tuple
    agency_column: str | None


def sealed_tables():
    """Every history table of the portal, in the order of its name."""
    return sorted(
        (_sealed_table(model) for model in apps.get_models() if issubclass(model, HistoryRow)),
        key=lambda table: table.table,
    )


def seal_new_rows():
    """Seal every committed row that has no seal yet; returns how many."""
    sealed = 0
    for table in sealed_tables():
        while count := _seal_batch(table):
            sealed += count
    return sealed


def _seal_batch(table):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        heads, seals = {}, []
        for agency, values in _unsealed(table):
            chain = f"{table.table}:{agency}"
            number, digest = heads.get(chain) or _head(chain)
            digest = chained(digest, values)
            heads[chain] = number + 1, digest
            seals.append(
                Seal(
                    chain=chain,
                    number=number + 1,
                    history_table=table.table,
                    history_id=values[0],
                    format=FORMAT,
                    digest=digest,
                )
            )
        Seal.objects.bulk_create(seals)
        Checkpoint.objects.bulk_create(_checkpoint(chain, *head) for chain, head in heads.items())
    return len(seals)


def chained(before, values):
    """The digest of a row (its values in the order of the format) after the digest ``before``."""
    return hashlib.sha256(f"{before}\n{canonical(values)}".encode()).hexdigest()


def canonical(values):
    """A row as text: fields joined by the unit separator, nothing left to taste."""
    return "\x1f".join(_written(value) for value in values)


def _written(value):
    if value is None:
        return "-"
    if hasattr(value, "timestamp"):
        whole = int(value.replace(microsecond=0).timestamp())
        return f"{whole}.{value.microsecond:06d}"
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value)


def _unsealed(table):
    """``(agency, values)`` of committed rows without a seal, oldest key first."""
    columns = ", ".join(f'h."{column}"' for column in table.columns)
    agency = f'h."{table.agency_column}"' if table.agency_column else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {agency}, {columns} FROM "{table.table}" h '
            "WHERE NOT EXISTS (SELECT FROM workflow_seal s WHERE s.history_table = %s AND s.history_id = h.id) "
            "ORDER BY h.id LIMIT %s",
            [table.table, BATCH],
        )
        place = table.columns.index("details") + 1
        return [
            (row[0], [*row[1:place], json.loads(row[place]), *row[place + 1 :]])
            for row in cursor.fetchall()
        ]


def _head(chain):
    return Seal.objects.filter(chain=chain).order_by("-number").values_list(
        "number", "digest"
    ).first() or (0, "")


def _checkpoint(chain, number, digest):
    key = Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(settings.PORTAL_SEALING_KEY.encode()).digest()
    )
    return Checkpoint(
        chain=chain,
        number=number,
        digest=digest,
        signature=key.sign(f"{chain}|{number}|{digest}".encode()).hex(),
        public_key=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
    )


def _sealed_table(model):
    own = [field.column for field in model._meta.concrete_fields if field.column not in SHARED]
    has_agency = "handling_agency_id" in own
    return SealedTable(
        model._meta.db_table, (*SHARED, *sorted(own)), "handling_agency_id" if has_agency else None
    )
