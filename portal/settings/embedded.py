"""The default: PostgreSQL and Valkey from wheels, everything in PORTAL_HOME, the demo's clock and bar.

Importing these settings starts the embedded servers unless DATABASE_URL and REDIS_URL name others.
"""

import os

from portal.embedded import servers
from portal.embedded.home import Home
from portal.embedded.ports import portal_port, sandbox_port
from portal.embedded.tree import tree_stands_at
from portal.settings import database
from portal.settings.base import *
from portal.settings.base import BASE_DIR, INSTALLED_APPS

HOME = Home(os.environ.get("PORTAL_HOME") or BASE_DIR / "var")
PORTAL_PORT = portal_port()
PORTAL_SANDBOX_PORT = sandbox_port()
SERVERS = servers.use(HOME)
_secrets = HOME.secrets()

DEBUG = False
SECRET_KEY = _secrets["django_secret_key"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [*INSTALLED_APPS, "portal.embedded"]

DATABASES = database.connections(SERVERS.database, SERVERS.owner)
CACHES = database.cache(SERVERS.redis, prefix=f"portal-{PORTAL_PORT}")
CELERY_BROKER_URL = SERVERS.redis

# Cookies ignore ports: two portals on one machine need two names.
SESSION_COOKIE_NAME = f"mc_session_{PORTAL_PORT}"
CSRF_COOKIE_NAME = f"mc_csrf_{PORTAL_PORT}"
LANGUAGE_COOKIE_NAME = f"mc_language_{PORTAL_PORT}"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

MEDIA_ROOT = HOME.media
STATIC_ROOT = HOME.static
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "portal.static_files.NeededFilesFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

PORTAL_DEMO = True
TREE_STANDS_AT = tree_stands_at()
PORTAL_PUBLIC_URL = f"http://localhost:{PORTAL_PORT}"
_sandbox_url = f"http://localhost:{PORTAL_SANDBOX_PORT}"
GATEWAY = {
    "tmn_code": os.environ.get("GATEWAY_TMN_CODE", "MOTCUA01"),
    "secret": os.environ.get("GATEWAY_SECRET", _secrets["gateway_secret"]),
    "pay_url": f"{_sandbox_url}/paymentv2/vpcpay.html",
    "api_url": f"http://127.0.0.1:{PORTAL_SANDBOX_PORT}/merchant_webapi/api/transaction",
}
GATEWAY_PLATFORM = {
    **GATEWAY,
    "pay_url": _sandbox_url,
    "api_url": f"http://127.0.0.1:{PORTAL_SANDBOX_PORT}/platform",
}

# Seals and signatures of the demo: keys of this home.
PORTAL_SEALING_KEY = _secrets["django_secret_key"]
PORTAL_CERTIFICATES_DIR = HOME.path / "certificates"
PORTAL_CERTIFICATES_PASSPHRASE = _secrets["django_secret_key"]
