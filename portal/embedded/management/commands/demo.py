from django.core.management.base import BaseCommand

from portal.embedded.demo import Demo


class Command(BaseCommand):
    help = "Start the portal with everything around it, until Ctrl-C."
    requires_system_checks = []  # the tests and `make lint` run them; a start should be quick

    def handle(self, *args, **options):
        Demo(self.say).run()

    def say(self, line, end="\n"):
        self.stdout.write(line, ending=end)
        self.stdout.flush()
