"""``python -m viewflow_side``, in the environment that the benchmark makes."""

import os

import django


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "viewflow_side.settings"
    django.setup()
    from viewflow_side import lives

    lives.main()


if __name__ == "__main__":
    main()
