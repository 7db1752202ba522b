from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand

from portal.workflow.machine import drawing
from portal.workflow.models import WorkflowModel

FENCE = "```mermaid\n"


class Command(BaseCommand):
    help = "Draw every machine into docs/machines/, and the dossier's into the README."

    def handle(self, *args, **options):
        folder = settings.BASE_DIR / "docs" / "machines"
        folder.mkdir(parents=True, exist_ok=True)
        for model in apps.get_models():
            if issubclass(model, WorkflowModel):
                path = folder / f"{model._meta.model_name}.mmd"
                path.write_text(drawing(model), encoding="utf-8")
                self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}")
        readme = settings.BASE_DIR / "README.md"
        before, _fence, rest = readme.read_text(encoding="utf-8").partition(FENCE)
        after = rest.partition("```")[2]
        drawn = (folder / "dossier.mmd").read_text(encoding="utf-8")
        readme.write_text(f"{before}{FENCE}{drawn}```{after}", encoding="utf-8")
