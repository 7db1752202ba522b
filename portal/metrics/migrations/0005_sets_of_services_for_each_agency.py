from importlib import import_module

from django.db import migrations, models

CHOICES = [(2, 'month'), (3, 'year'), (4, 'day of all below'), (5, 'month of all below'), (6, 'year of all below'), (7, 'ten days of all below'), (8, 'day by kind'), (9, 'ten days by kind'), (10, 'month by kind'), (11, 'year by kind')]

TEN_DAYS = "(date_trunc('month', day)::date + 10 * LEAST((EXTRACT(day FROM day)::integer - 1) / 10, 2))"

# Sums by service and month are told by sets of services now, which are read in a tenth of the time.
NO_SUMS_BY_SERVICE = "DELETE FROM metrics_sum WHERE resolution = 1"
SUMS_BY_SERVICE = """
INSERT INTO metrics_sum (resolution, start, agency, metric, channel, service, quantity, amount)
SELECT 1, date_trunc('month', day)::date, agency, metric, channel, service, sum(quantity), sum(amount)
FROM metrics_cell GROUP BY 2, 3, 4, 5, 6
"""

# What portal/metrics/rollup.py adds to at every fold, from the cells that are there already.
SETS = """
INSERT INTO metrics_serviceset (name, resolution, start, agency, number, services)
SELECT 'used', resolution, start, place, (service / 4096)::integer,
       bit_or(set_bit(0::bit(4096), mod(service, 4096)::integer, 1))
FROM metrics_cell AS cell {tree}
CROSS JOIN LATERAL (VALUES {spans}) AS coarser (resolution, start, place)
WHERE metric = 'received' AND channel = 2 {only} GROUP BY 2, 3, 4, 5;
"""
OF_AGENCIES = SETS.format(
    tree="", only="", spans="(2, date_trunc('month', day)::date, agency), (3, date_trunc('year', day)::date, agency)"
)

OF_TOPS = f"""
    (4, day, top_id), (5, date_trunc('month', day)::date, top_id), (6, date_trunc('year', day)::date, top_id),
    (7, {TEN_DAYS}, top_id)
"""
TREE = "JOIN agencies_agency AS own ON own.id = cell.agency"

# An agency that comes under another ministry or province takes its past along: what both have is added up again, and
# what their kinds have where these are not the same. The lock is that of the fold: cells do not change meanwhile.
NEW_TOP = f"""
CREATE FUNCTION metrics_add_up_again() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '60s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1835365490);
    IF OLD.top_id IS DISTINCT FROM NEW.top_id THEN
        DELETE FROM metrics_sum WHERE resolution BETWEEN 4 AND 7 AND agency IN (OLD.top_id, NEW.top_id);
        INSERT INTO metrics_sum (resolution, start, agency, metric, channel, quantity, amount)
        SELECT resolution, start, place, metric, channel, sum(quantity), sum(amount)
        FROM metrics_cell AS cell {TREE} CROSS JOIN LATERAL (VALUES {OF_TOPS}) AS coarser (resolution, start, place)
        WHERE top_id IN (OLD.top_id, NEW.top_id) GROUP BY 1, 2, 3, 4, 5;
        DELETE FROM metrics_serviceset WHERE resolution BETWEEN 4 AND 7 AND agency IN (OLD.top_id, NEW.top_id);
        {SETS.format(tree=TREE, spans=OF_TOPS, only="AND top_id IN (OLD.top_id, NEW.top_id)")}
        PERFORM pg_advisory_xact_lock_shared(1868981861);
        DELETE FROM metrics_standing WHERE top IN (OLD.top_id, NEW.top_id);
    END IF;
    IF OLD.kind <> NEW.kind
        OR (SELECT count(DISTINCT kind) FROM agencies_agency WHERE id IN (OLD.top_id, NEW.top_id)) > 1 THEN
        DELETE FROM metrics_sum WHERE resolution BETWEEN 8 AND 11;
        INSERT INTO metrics_sum (resolution, start, agency, metric, channel, quantity, amount)
        SELECT by_kind.resolution, start, CASE kind WHEN 'ministry' THEN -1 WHEN 'province' THEN -2 END, metric,
               channel, sum(quantity), sum(amount)
        FROM metrics_sum AS known JOIN agencies_agency ON agencies_agency.id = known.agency
        JOIN (VALUES (4, 8), (7, 9), (5, 10), (6, 11)) AS by_kind (of_top, resolution)
            ON by_kind.of_top = known.resolution
        WHERE kind IN ('ministry', 'province')
        GROUP BY 1, 2, 3, 4, 5;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER metrics_new_top AFTER UPDATE OF top_id, kind ON agencies_agency
    FOR EACH ROW WHEN (OLD.top_id IS NOT NULL AND (OLD.top_id IS DISTINCT FROM NEW.top_id OR OLD.kind <> NEW.kind))
    EXECUTE FUNCTION metrics_add_up_again();
"""

REMOVE = "DROP FUNCTION metrics_add_up_again() CASCADE;"
REMOVE_BOTH = REMOVE + "DROP FUNCTION metrics_add_up_more_again() CASCADE;"


def _as_before():
    """The two functions of before, each with its trigger."""
    earlier = import_module("portal.metrics.migrations.0002_months_years_and_sets_of_services")
    later = import_module("portal.metrics.migrations.0004_ten_days_and_kinds")
    return earlier.NEW_TOP + later.ADD_UP_AGAIN


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0004_ten_days_and_kinds'),
    ]

    operations = [
        migrations.RunSQL(NO_SUMS_BY_SERVICE, SUMS_BY_SERVICE),
        migrations.RemoveConstraint(
            model_name='sum',
            name='sum_once',
        ),
        migrations.RunSQL(
            "ALTER TABLE metrics_sum DROP COLUMN service",
            "ALTER TABLE metrics_sum ADD COLUMN service bigint NOT NULL DEFAULT 0; ALTER TABLE metrics_sum ALTER COLUMN service DROP DEFAULT",
            state_operations=[migrations.RemoveField(model_name='sum', name='service')],
        ),
        migrations.AddConstraint(
            model_name='sum',
            constraint=models.UniqueConstraint(fields=('resolution', 'start', 'agency', 'metric', 'channel'), name='sum_once'),
        ),
        migrations.RemoveConstraint(
            model_name='serviceset',
            name='service_set_once',
        ),
        migrations.RenameField(
            model_name='serviceset',
            old_name='top',
            new_name='agency',
        ),
        migrations.AddConstraint(
            model_name='serviceset',
            constraint=models.UniqueConstraint(fields=('name', 'resolution', 'start', 'agency', 'number'), name='service_set_once'),
        ),
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
        migrations.RunSQL(OF_AGENCIES, "DELETE FROM metrics_serviceset WHERE resolution IN (2, 3)"),
        migrations.RunSQL(REMOVE_BOTH + NEW_TOP, REMOVE + _as_before()),
    ]
