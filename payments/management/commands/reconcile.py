"""``manage.py reconcile --day 2026-11-21``: one day's settlement file beside the books."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from payments.reconciliation import actions
from payments.reconciliation.report import totals
from portal.errors import PortalError
from portal.wording import money


class Command(BaseCommand):
    help = "Fetch the gateway's settlement file of a day, compare it with the books and say what was found."

    def add_arguments(self, parser):
        parser.add_argument(
            "--day", help="the gateway's day, such as 2026-11-21; yesterday if left out"
        )

    def handle(self, *args, day, **options):
        chosen = actions.gateway_today() - timedelta(days=1)
        if day is not None:
            try:
                chosen = parse_date(day)
            except ValueError:
                chosen = None
            if chosen is None:
                raise CommandError(f"{day!r} is not a day: write it as 2026-11-21.")
        try:
            taken = actions.reconcile(chosen)
        except PortalError as refusal:
            raise CommandError(str(refusal))
        self.stdout.write(f"{taken.tmn_code} {taken.day}")
        for row in totals(taken.lines.all()):
            self.stdout.write(f"{row.label}: {row.lines} ({money(row.ours)} / {money(row.theirs)})")
