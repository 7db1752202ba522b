"""Makes the books anew from the payment events and compares them with the ledger, entry by entry."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction

from payments.replay import replay

SHOWN = 20


class Command(BaseCommand):
    help = "Replay all payment events into empty books and prove that they equal the ledger."

    def handle(self, *args, **options):
        # The owner: the application role may make no table, not even one that ends with the transaction.
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            events, differences = replay(cursor)
        if differences:
            shown = "\n".join(
                f"  {reference} {kind}: {ours} booked, {anew} replayed"
                for reference, kind, ours, anew in differences[:SHOWN]
            )
            raise CommandError(
                f"{len(differences)} differences between the ledger and {events} replayed events:\n{shown}"
            )
        self.stdout.write(f"{events} payment events replayed: the books are equal.")
