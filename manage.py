#!/usr/bin/env python
"""Django's command line, under the embedded settings unless told otherwise."""

import os
import sys


def main():
    if sys.version_info < (3, 11):
        sys.exit("This portal needs Python 3.11 or later; run “make install” with one on PATH.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit(
            "Django is not installed for this Python; run “make install” and use .venv/bin/python."
        )
    import portal.celery  # noqa: F401  # the app whose broker the doorbell rings
    from portal.embedded.errors import StartRefused

    try:
        execute_from_command_line(sys.argv)
    except (StartRefused, ImproperlyConfigured) as refusal:
        sys.exit(f"{refusal}")
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell reports Ctrl-C


if __name__ == "__main__":
    main()
