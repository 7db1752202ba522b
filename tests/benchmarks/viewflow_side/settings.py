"""The least that django-viewflow needs, on a clone of the portal's database in the same cluster."""

import os
from urllib.parse import urlsplit

_address = urlsplit(os.environ["VIEWFLOW_DATABASE_URL"])

SECRET_KEY = "of no use here: nothing is signed"
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
AUTH_USER_MODEL = "viewflow_side.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "viewflow",
    "viewflow.workflow",
    "viewflow_side",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.path.lstrip("/"),
        "USER": _address.username,
        "PASSWORD": _address.password,
        "HOST": _address.hostname,
        "PORT": _address.port,
        "CONN_MAX_AGE": None,
    }
}
