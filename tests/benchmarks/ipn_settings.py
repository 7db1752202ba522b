"""The portal's own settings, with one more address beside the notices of the gateway (tests/benchmarks/ipn_urls.py)."""

from portal.settings.embedded import *  # noqa: F403  # one environment extends another

ROOT_URLCONF = "tests.benchmarks.ipn_urls"
