"""Checks the chains of history with SQL of its own: it shares no code with the sealer."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.workflow.verification import (
    HISTORY_TABLES,
    bad_checkpoints,
    first_broken_link,
    unsealed,
)


class Command(BaseCommand):
    help = "Prove that no sealed history row was changed, removed or moved; names the first that does not fit."

    def handle(self, *args, **options):
        # The owner: the application role may make no function, not even one that ends with the session.
        with connections["owner"].cursor() as cursor:
            sealed = 0
            for table, columns in HISTORY_TABLES.items():
                broken, count = first_broken_link(cursor, table, columns)
                sealed += count
                if broken:
                    raise CommandError(
                        f"{table}: row {broken.history_id} does not fit its seal "
                        f"(chain {broken.chain}, number {broken.number}): {broken.problem}."
                    )
            if forged := bad_checkpoints(cursor):
                raise CommandError(f"Checkpoint {forged} is not what was signed.")
            waiting = sum(unsealed(cursor, table) for table in HISTORY_TABLES)
        self.stdout.write(f"{sealed} sealed rows fit. {waiting} rows are not sealed yet.")
