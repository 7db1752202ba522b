"""The test suite: the embedded settings on a home of its own.

Each test process has a Valkey of its own, so that one may flush it. The database is a clone that
tests/conftest.py makes. A process that a test starts finds both addresses in its environment.
"""

import os

from portal.settings.base import BASE_DIR

os.environ["PORTAL_HOME"] = os.environ.get("PORTAL_TEST_HOME") or str(BASE_DIR / "var" / "test")

# PORTAL_HOME is read by the import:
from portal.embedded import binaries, valkey
from portal.settings import database
from portal.settings.embedded import *
from portal.settings.embedded import (
    ALLOWED_HOSTS,
    HOME,
    INSTALLED_APPS,
    MIDDLEWARE,
    PORTAL_PORT,
    SERVERS,
)

if not os.environ.get("REDIS_URL") and (_program := binaries.valkey_program()):
    CELERY_BROKER_URL = valkey.start_for_this_process(
        _program, HOME.logs / f"valkey-{os.getpid()}.log", HOME.secrets()["valkey"]
    )
else:
    CELERY_BROKER_URL = SERVERS.redis
CACHES = database.cache(CELERY_BROKER_URL, prefix=f"test-{PORTAL_PORT}")

# A page that asks the database once for every row of a list fails its test, from the second row on.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
# One row read by its key, acted upon and read again, as the admin does with each transition, is no list.
ZEAL_ALLOWLIST = [{"model": "*", "field": "get()"}]

# Only here: hashing a password the slow way takes longer than the test around it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
MEDIA_ROOT = os.environ.get("PORTAL_TEST_MEDIA") or HOME.media

# No collectstatic: files are served from where they are written.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # or else each client of a test looks through all files first
