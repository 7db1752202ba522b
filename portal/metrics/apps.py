from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetricsConfig(AppConfig):
    name = "portal.metrics"
    label = "metrics"
    verbose_name = _("Official metrics")

    def ready(self):
        """Register what moves count, and every definition: a code claimed twice stops the start."""
        import_module("portal.metrics.counting")
        import_module("portal.metrics.registry").load_definitions()
