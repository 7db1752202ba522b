from django.core.management.base import BaseCommand, CommandError

from portal.embedded import sandbox
from portal.embedded.errors import StartRefused


class Command(BaseCommand):
    help = "Register a merchant at the payment sandbox, running or not; prints one line of JSON."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--ipn-url", default="", help="where results are sent (HTTP GET)")
        parser.add_argument("--name", default="", help="shown to payers")

    def handle(self, *args, **options):
        words = [f"--ipn-url={options['ipn_url']}"]
        if options["name"]:
            words.append(f"--name={options['name']}")
        try:
            self.stdout.write(sandbox.register_merchant(words))
        except StartRefused as refusal:
            raise CommandError(str(refusal)) from refusal
