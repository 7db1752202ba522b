from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand

from portal.workflow.machine import drawing
from portal.workflow.models import WorkflowModel


class Command(BaseCommand):
    help = "Draw every machine into docs/machines/, one Mermaid file each."

    def handle(self, *args, **options):
        folder = settings.BASE_DIR / "docs" / "machines"
        folder.mkdir(parents=True, exist_ok=True)
        for model in apps.get_models():
            if issubclass(model, WorkflowModel):
                path = folder / f"{model._meta.model_name}.mmd"
                path.write_text(drawing(model), encoding="utf-8")
                self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}")
