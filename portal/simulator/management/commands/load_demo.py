import logging
import os

from django.core.management.base import BaseCommand, CommandError

from portal.simulator.backlog import Backlog
from portal.simulator.payer import BankUnreachable
from portal.simulator.people import load_people

DAYS = 60
PER_DAY = 6


class Command(BaseCommand):
    help = "Load the demo's people and play a believable backlog, through the same doors that people use."

    def add_arguments(self, parser):
        # argparse reads a default that is text as if it had been typed.
        parser.add_argument(
            "--days",
            type=int,
            default=os.environ.get("PORTAL_DEMO_DAYS") or DAYS,
            help=f"working days to play (PORTAL_DEMO_DAYS, else {DAYS})",
        )
        parser.add_argument(
            "--per-day",
            type=float,
            default=os.environ.get("PORTAL_DEMO_PER_DAY") or PER_DAY,
            help=f"new dossiers on an average day (PORTAL_DEMO_PER_DAY, else {PER_DAY})",
        )

    def handle(self, *args, days, per_day, **options):
        backlog = Backlog(days=days, per_day=per_day, say=self._say)
        if backlog.is_loaded():
            self.stdout.write("The demo is already loaded.")
            return
        backlog.set_clock()
        load_people()
        logging.disable(logging.INFO)  # thousands of lines about what everybody did
        try:
            backlog.play()
        except BankUnreachable as problem:
            raise CommandError(
                f"The backlog pays at the payment sandbox, which has to run while it is played: {problem}."
            ) from problem
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"{backlog.filed} dossiers filed, {backlog.acts} acts.")

    def _say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
