from django.core.management.base import BaseCommand

from portal.metrics.recount import compare


class Command(BaseCommand):
    help = "Count every cell of the official metrics again from history and compare. Exit status 1 if one differs."

    def handle(self, **options):
        compared, differences = compare()
        for difference in differences:
            self.stdout.write(str(difference))
        cells = "1 cell" if compared == 1 else f"{compared} cells"
        different = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
        self.stdout.write(f"{cells} compared, {different}")
        if differences:
            raise SystemExit(1)
