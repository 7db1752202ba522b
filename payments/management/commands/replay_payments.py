"""Makes the books anew from the payment events, in an empty database, and compares them with the ledger."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from payments.empty_database import empty_database
from payments.replay import replay

SHOWN = 20


class Command(BaseCommand):
    help = "Replay all payment events into an empty database and prove that its books equal the ledger."

    def add_arguments(self, parser):
        parser.add_argument(
            "--template",
            default="",
            metavar="DATABASE",
            help="an empty, migrated database to copy; without one a new database is migrated",
        )

    def handle(self, *args, template, **options):
        # The owner: the application role may make no database.
        ours = connections["owner"]
        with empty_database(ours, template=template) as alias:
            events, differences = replay(ours, connections[alias])
        if differences:
            shown = "\n".join(f"  {difference}" for difference in differences[:SHOWN])
            raise CommandError(
                f"{len(differences)} differences between the ledger and {events} replayed events:\n{shown}"
            )
        self.stdout.write(
            f"{events} payment events replayed into an empty database: the books are equal."
        )
