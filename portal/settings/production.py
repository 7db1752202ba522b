"""Production: every address and secret is required by name; nothing is made up.

All missing ones are named in one refusal. See docs/operations.md for what each is.
"""

import environ
from django.core.exceptions import ImproperlyConfigured

from portal.settings import database
from portal.settings.base import *
from portal.settings.base import INSTALLED_APPS

REQUIRED = (
    "SECRET_KEY",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "PORTAL_PUBLIC_URL",
    "ALLOWED_HOSTS",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "GATEWAY_TMN_CODE",
    "GATEWAY_SECRET",
    "GATEWAY_PAY_URL",
    "GATEWAY_API_URL",
    "EMAIL_URL",
    "PORTAL_SEALING_KEY",
    "PORTAL_CERTIFICATES_DIR",
    "PORTAL_CERTIFICATES_PASSPHRASE",
)
SHORTEST_SECRET_KEY = 50  # characters

env = environ.Env()

if _missing := [name for name in REQUIRED if not env.str(name, default="").strip()]:
    raise ImproperlyConfigured(
        f"These settings are required in the environment and missing: {', '.join(_missing)}."
    )
if len(env.str("SECRET_KEY")) < SHORTEST_SECRET_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY must have at least {SHORTEST_SECRET_KEY} random characters."
    )
if not env.str("PORTAL_PUBLIC_URL").startswith("https://"):
    raise ImproperlyConfigured("PORTAL_PUBLIC_URL must be an https:// address.")
if "*" in env.list("ALLOWED_HOSTS"):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; * lets anybody choose one.")

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

DATABASES = database.connections(env.str("DATABASE_URL"), env.str("DATABASE_OWNER_URL"))
CACHES = database.cache(env.str("REDIS_URL"), prefix="portal")
CELERY_BROKER_URL = env.str("REDIS_URL")

MEDIA_ROOT = env.str("MEDIA_ROOT")
STATIC_ROOT = env.str("STATIC_ROOT")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "portal.static_files.NeededFilesFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# The simulator and its demo pages do not exist here.
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "portal.simulator"]
PORTAL_DEMO = False
PORTAL_PUBLIC_URL = env.str("PORTAL_PUBLIC_URL").rstrip("/")
GATEWAY = {
    "tmn_code": env.str("GATEWAY_TMN_CODE"),
    "secret": env.str("GATEWAY_SECRET"),
    "pay_url": env.str("GATEWAY_PAY_URL"),
    "api_url": env.str("GATEWAY_API_URL"),
}
# The national portal's payment platform, where the portal is its partner.
if env.str("GATEWAY_PLATFORM_API_URL", ""):
    GATEWAY_PLATFORM = {
        "tmn_code": env.str("GATEWAY_PLATFORM_PARTNER"),
        "secret": env.str("GATEWAY_PLATFORM_SECRET"),
        "pay_url": env.str("GATEWAY_PLATFORM_PAY_URL"),
        "api_url": env.str("GATEWAY_PLATFORM_API_URL"),
    }

# Keys of the seals on history and of the agencies' signatures.
PORTAL_SEALING_KEY = env.str("PORTAL_SEALING_KEY")
PORTAL_CERTIFICATES_DIR = env.str("PORTAL_CERTIFICATES_DIR")
PORTAL_CERTIFICATES_PASSPHRASE = env.str("PORTAL_CERTIFICATES_PASSPHRASE")

# The outbox hands messages to this server; what is written in a request is only stored.
_email = env.email_url("EMAIL_URL")
MAIL_TRANSPORT = _email.pop("EMAIL_BACKEND")
EMAIL_HOST = _email.get("EMAIL_HOST") or ""
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds

# Only over TLS, and cookies that no other host can set.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|prometheus)$"]  # asked from inside
# The proxy sets this header, and removes it from what comes in (docs/operations.md).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000  # one year
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-mc_session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-mc_csrf"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "__Host-mc_language"
