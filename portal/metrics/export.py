"""The same figures as comma-separated values: one line for each metric of each agency or month."""

import csv

from django.http import HttpResponse

from portal.agencies.models import Agency
from portal.metrics import cuts, figures, trends
from portal.metrics.blocks import AgencyBlock
from portal.metrics.registry import metrics

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets misread Vietnamese


def agencies(period):
    """Every metric of every ministry and province with figures."""
    by_top = figures.read(period, cuts.BY_TOP)
    tops = Agency.objects.filter(pk__in=list(by_top)).order_by("code")
    rows = [
        [
            period.first,
            period.last,
            top.code,
            top.name_vi,
            each.code,
            *_values(each, by_top[top.pk]),
        ]
        for top in tops
        for each in metrics(period.as_of)
    ]
    head = ["first_day", "last_day", "agency", "name", "metric", "numerator", "denominator"]
    return as_file(f"agencies-{period.text}.csv", head, rows)


def months(period, block):
    """Every metric of moves (not of services) of one block, for the months of its charts."""
    one_agency = isinstance(block, AgencyBlock)
    cut = cuts.with_its_kind(block) if one_agency else cuts.adding_up_to(block)
    shown, counted = trends.read(period, cut)
    rows = []
    for month in shown:
        groups = [
            found
            for (group, first), found in counted.items()
            if first == month.first and (not one_agency or group == block.code)
        ]
        total = figures.pooled(groups)
        rows += [
            [month.first, month.last, block.code, each.code, *_values(each, total)]
            for each in metrics(period.as_of)
            if each.numerator.adds_up
        ]
    head = ["first_day", "last_day", "block", "metric", "numerator", "denominator"]
    return as_file(f"months-{block.code.replace(':', '-')}-{period.text}.csv", head, rows)


def _values(metric, counted):
    reading = metric.read(counted)
    return reading.numerator, "" if reading.denominator is None else reading.denominator


def as_file(name, head, rows):
    """Rows under their heading, to be saved under ``name``."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(BYTE_ORDER_MARK)
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows(rows)
    return response
