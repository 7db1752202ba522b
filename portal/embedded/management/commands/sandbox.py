from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.embedded import processes, sandbox
from portal.embedded.postgres import is_free
from portal.embedded.stopping import Stopped, stop_on_signals


class Command(BaseCommand):
    help = "Serve the payment sandbox alone, until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args, **options):
        port = settings.PORTAL_SANDBOX_PORT
        if not is_free(port):
            raise CommandError(f"Port {port} is in use; choose another with PORTAL_SANDBOX_PORT=…")
        worker = processes.Worker(
            "Payment sandbox", settings.HOME.logs / "sandbox.log", sandbox.answers
        )
        try:
            stop_on_signals()
            sandbox.start(worker)
            processes.wait_until_all_answer([worker], seconds=30)
            self.stdout.write(f"Payment sandbox: http://localhost:{port}/ (Ctrl-C stops it)")
            self.stdout.flush()
            processes.watch_for_ever([worker])
        except Stopped:
            self.stdout.write("Stopped.")
        except processes.WorkerEnded as ended:
            raise CommandError(processes.last_words(ended.worker))
        finally:
            processes.stop([worker])
