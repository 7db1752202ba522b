from django.core.management.base import BaseCommand

from portal.embedded.demo import reset


class Command(BaseCommand):
    help = "Put the demo's story back as it was when it was first loaded. The demo must not be running."
    requires_system_checks = []

    def handle(self, *args, **options):
        reset(self.stdout.write)
