"""Which official figure gives an indicator its share. An indicator without one says “no source yet”."""

from portal.metrics.compared.targets import first_with_source
from portal.metrics.errors import NoSuchMetric
from portal.metrics.registry import metric

# The first that is declared and has a source counts.
METRICS = {
    "1.4": ("dossiers-synchronised",),
    "2.1": ("dossiers-on-time-766", "dossiers-on-time"),
    "3.1": ("services-online",),
    "3.2": ("services-used",),
    "3.3": ("dossiers-processed-online",),
    "3.F": ("dossiers-full-process",),
    "3.6": ("payments-online-dossiers",),
    "4.1": ("dossiers-with-e-result",),
    "4.2": ("dossiers-digitised",),
    "4.3": ("dossiers-reusing",),
    "4.4": ("dossiers-from-personal-store",),
    "5.2": ("feedback-on-time",),
    "5.4": ("satisfaction-index",),
}


def why_not(indicator, day):
    """Why an indicator has no source, if somebody has said so."""
    return _reason(METRICS.get(indicator.id, ()), day)


def why_factor_is_missing(indicator, day):
    """Why there is nothing to multiply an indicator by."""
    return _reason(METRICS.get(indicator.times, ()), day)


def metric_of(indicator, day):
    """The figure behind an indicator; ``None`` while there is no source."""
    return first_with_source(METRICS.get(indicator.id, ()), day)


def metrics_of(profile, day):
    """``{id: metric}`` of the indicators of a profile that have a source."""
    found = {each.id: metric_of(each, day) for each in profile}
    return {key: each for key, each in found.items() if each is not None}


def readings_of(metrics, figures):
    """``{id: Reading}`` among the figures of one agency."""
    return {key: each.read(figures) for key, each in metrics.items()}


def shares(readings):
    return {key: reading.share for key, reading in readings.items()}


def _reason(codes, day):
    for code in codes:
        try:
            return metric(code, day).no_source
        except NoSuchMetric:
            continue
    return ""
