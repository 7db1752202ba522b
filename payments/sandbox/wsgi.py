"""What the web server loads. Starting it registers the configured merchant and starts sending."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "payments.sandbox.settings")
application = get_wsgi_application()

from payments.sandbox import sender  # noqa: E402  models load after the line above only
from payments.sandbox.merchants import register_configured_merchant  # noqa: E402

register_configured_merchant()
sender.start()
