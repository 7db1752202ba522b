from importlib import import_module

from django.db import migrations, models

before = import_module("portal.metrics.migrations.0005_sets_of_services_for_each_agency")

CHOICES = [*before.CHOICES, (12, 'five days of all below'), (13, 'quarter of all below')]

FIVE_DAYS = "(date_trunc('month', {0})::date + 5 * LEAST((EXTRACT(day FROM {0})::integer - 1) / 5, 5))"

# What portal/metrics/rollup.py adds to at every fold, from what is added up less far already: days and months.
FIVE_DAYS_AND_QUARTERS = "".join(
    f"""
INSERT INTO metrics_sum (resolution, start, agency, metric, channel, quantity, amount)
SELECT {resolution}, {start}, agency, metric, channel, sum(quantity), sum(amount)
FROM metrics_sum WHERE resolution = {finer} GROUP BY 2, 3, 4, 5;
INSERT INTO metrics_serviceset (name, resolution, start, agency, number, services)
SELECT name, {resolution}, {start}, agency, number, bit_or(services)
FROM metrics_serviceset WHERE resolution = {finer} GROUP BY 1, 3, 4, 5;
"""
    for resolution, start, finer in (
        (12, FIVE_DAYS.format("start"), 4),
        (13, "date_trunc('quarter', start)::date", 5),
    )
)
NONE_OF_THEM = """
DELETE FROM metrics_sum WHERE resolution IN (12, 13);
DELETE FROM metrics_serviceset WHERE resolution IN (12, 13);
"""

# The function of before, which adds up again what an agency takes along to another top, with two more resolutions.
TEN_DAYS = f"(7, {before.TEN_DAYS}, top_id)"
MORE = f"(12, {FIVE_DAYS.format('day')}, top_id), (13, date_trunc('quarter', day)::date, top_id)"
NEW_TOP = before.NEW_TOP.replace(TEN_DAYS, f"{TEN_DAYS}, {MORE}").replace(
    "resolution BETWEEN 4 AND 7", "resolution IN (4, 5, 6, 7, 12, 13)"
)


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0005_sets_of_services_for_each_agency'),
    ]

    operations = [
        migrations.AlterField(
            model_name='serviceset',
            name='resolution',
            field=models.SmallIntegerField(choices=CHOICES),
        ),
        migrations.AlterField(
            model_name='sum',
            name='resolution',
            field=models.SmallIntegerField(choices=CHOICES),
        ),
        migrations.RunSQL(FIVE_DAYS_AND_QUARTERS, NONE_OF_THEM),
        migrations.RunSQL(before.REMOVE + NEW_TOP, before.REMOVE + before.NEW_TOP),
    ]
