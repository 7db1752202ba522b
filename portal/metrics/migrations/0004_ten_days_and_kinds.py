from django.db import migrations, models

CHOICES = [(1, 'month by service'), (2, 'month'), (3, 'year'), (4, 'day of all below'), (5, 'month of all below'), (6, 'year of all below'), (7, 'ten days of all below'), (8, 'day by kind'), (9, 'ten days by kind'), (10, 'month by kind'), (11, 'year by kind')]

# What portal/metrics/rollup.py adds to at every fold, from what is added up less far already.
TEN_DAYS = """
INSERT INTO metrics_sum (resolution, start, agency, metric, channel, service, quantity, amount)
SELECT 7, {ten_days}, agency, metric, channel, 0, sum(quantity), sum(amount)
FROM metrics_sum WHERE resolution = 4 {of_agency} GROUP BY 2, 3, 4, 5;

INSERT INTO metrics_serviceset (name, resolution, start, top, number, services)
SELECT name, 7, {ten_days}, top, number, bit_or(services)
FROM metrics_serviceset WHERE resolution = 4 {of_top} GROUP BY 1, 3, 4, 5;
""".replace("{ten_days}", "(date_trunc('month', start)::date + 10 * LEAST((EXTRACT(day FROM start)::integer - 1) / 10, 2))")

KINDS = """
INSERT INTO metrics_sum (resolution, start, agency, metric, channel, service, quantity, amount)
SELECT by_kind.resolution, start, CASE kind WHEN 'ministry' THEN -1 WHEN 'province' THEN -2 END, metric, channel, 0,
       sum(quantity), sum(amount)
FROM metrics_sum AS known JOIN agencies_agency ON agencies_agency.id = known.agency
JOIN (VALUES (4, 8), (7, 9), (5, 10), (6, 11)) AS by_kind (of_top, resolution) ON by_kind.of_top = known.resolution
WHERE kind IN ('ministry', 'province')
GROUP BY 1, 2, 3, 4, 5;
"""

# After metrics_new_top (they go by name), which has removed the ten days of both and holds the lock of the fold.
ADD_UP_AGAIN = f"""
CREATE FUNCTION metrics_add_up_more_again() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '60s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1835365490);
    IF OLD.top_id IS DISTINCT FROM NEW.top_id THEN
        {TEN_DAYS.format(of_agency="AND agency IN (OLD.top_id, NEW.top_id)", of_top="AND top IN (OLD.top_id, NEW.top_id)")}
    END IF;
    IF OLD.kind <> NEW.kind
        OR (SELECT count(DISTINCT kind) FROM agencies_agency WHERE id IN (OLD.top_id, NEW.top_id)) > 1 THEN
        DELETE FROM metrics_sum WHERE resolution BETWEEN 8 AND 11;
        {KINDS}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_new_top_or_kind AFTER UPDATE OF top_id, kind ON agencies_agency
    FOR EACH ROW WHEN (OLD.top_id IS NOT NULL AND (OLD.top_id IS DISTINCT FROM NEW.top_id OR OLD.kind <> NEW.kind))
    EXECUTE FUNCTION metrics_add_up_more_again();
"""

UNDO = """
DROP FUNCTION metrics_add_up_more_again() CASCADE;
DELETE FROM metrics_sum WHERE resolution >= 7;
DELETE FROM metrics_serviceset WHERE resolution = 7;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('metrics', '0003_count_what_was_not_counted'),
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
        migrations.RunSQL(TEN_DAYS.format(of_agency="", of_top="") + KINDS + ADD_UP_AGAIN, UNDO),
    ]
