from tempfile import TemporaryDirectory

from django.core.management.base import BaseCommand, CommandError

from portal.metrics import recount
from portal.metrics.recount import duckdb


class Command(BaseCommand):
    help = "Count every cell of the official metrics again from history and compare. Exit status 1 if one differs."

    def add_arguments(self, parser):
        parser.add_argument(
            "--duckdb",
            action="store_true",
            help="export history from one snapshot and let DuckDB compare",
        )

    def handle(self, **options):
        compared, differences = self._by_duckdb() if options["duckdb"] else recount.compare()
        for difference in differences:
            self.stdout.write(str(difference))
        cells = "1 cell" if compared == 1 else f"{compared} cells"
        different = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
        self.stdout.write(f"{cells} compared, {different}")
        if differences:
            raise SystemExit(1)

    def _by_duckdb(self):
        with TemporaryDirectory(prefix="recount-") as folder:
            try:
                return duckdb.compare(folder)
            except duckdb.NotInstalled as reason:
                raise CommandError(str(reason)) from reason
