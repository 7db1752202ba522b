from django.core.management.base import BaseCommand, CommandError

from portal.catalogue.loading import load_catalogue
from portal.errors import PortalError


class Command(BaseCommand):
    help = "Load agencies, one-door units and public services from their files. Running it again changes nothing."

    def handle(self, *args, **options):
        try:
            loaded = load_catalogue()
        except PortalError as refusal:
            raise CommandError(str(refusal))
        if not loaded:
            self.stdout.write("The catalogue is up to date.")
            return
        for name, number in vars(loaded).items():
            if number:
                self.stdout.write(f"{name}: {number} written")
