"""Settings of the payment sandbox. Everything that differs between two copies comes from the
environment; nothing is shared with the portal.
"""

import hashlib
import os
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent
PORT = env.int("PORTAL_SANDBOX_PORT", default=8100)

DEBUG = False
ALLOWED_HOSTS = env.list("SANDBOX_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Signs nothing that lives longer than a form; equal in all workers of one sandbox.
SECRET_KEY = hashlib.sha256(
    f"sandbox {os.environ.get('GATEWAY_SECRET', '')} {PORT}".encode()
).hexdigest()

INSTALLED_APPS = ["payments.sandbox", "django.contrib.staticfiles"]
MIDDLEWARE = [
    "payments.sandbox.browser.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "payments.sandbox.browser.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "payments.sandbox.urls"
WSGI_APPLICATION = "payments.sandbox.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

DATABASES = {
    "default": env.db_url(
        "SANDBOX_DATABASE_URL", default="postgresql://sandbox@127.0.0.1:5432/sandbox"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR.parent.parent / "locale" / "sandbox"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50

# Cookies ignore ports: two sandboxes, or the portal beside it, need names of their own.
CSRF_COOKIE_NAME = f"sandbox_csrf_{PORT}"
LANGUAGE_COOKIE_NAME = f"sandbox_language_{PORT}"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "payments.sandbox.views.form_expired"

# The merchant that every start registers; further ones: the command `sandbox_merchant`.
MERCHANT_TMN_CODE = env("GATEWAY_TMN_CODE", default="")
MERCHANT_SECRET = env("GATEWAY_SECRET", default="")
MERCHANT_NAME = env("SANDBOX_MERCHANT_NAME", default="Một Cửa (mô phỏng)")
MERCHANT_IPN_URL = env("SANDBOX_MERCHANT_IPN_URL", default="")
MERCHANT_CONFIRM_URL = env("SANDBOX_MERCHANT_CONFIRM_URL", default="")  # the platform's protocol
MERCHANT_RETURN_URL = env("SANDBOX_MERCHANT_RETURN_URL", default="")

# Where other devices reach this sandbox, for QR codes; empty: wherever the asking browser did.
PUBLIC_URL = env("SANDBOX_PUBLIC_URL", default="").rstrip("/")

# Notices to the merchant: at most 10 calls; the real gateway waits 300 seconds between them.
IPN_INTERVAL_SECONDS = env.float("SANDBOX_IPN_INTERVAL_SECONDS", default=5.0)
IPN_DELAY_SECONDS = env.float("SANDBOX_IPN_DELAY_SECONDS", default=600.0)  # “told later”
IPN_TIMEOUT_SECONDS = env.float("SANDBOX_IPN_TIMEOUT_SECONDS", default=10.0)
# Threads a worker that send notices: one slow merchant must not hold up the others. 0: another
# process of this sandbox sends.
SENDERS = env.int("SANDBOX_SENDERS", default=3)
REFUND_SECONDS = env.float("SANDBOX_REFUND_SECONDS", default=2.0)  # until the bank has the refund

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "sandbox %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"payments.sandbox": {"level": "INFO"}},
}
