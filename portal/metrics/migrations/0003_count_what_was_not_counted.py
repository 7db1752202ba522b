from django.db import migrations

COUNTED_BEFORE = "('received', 'completed_early', 'completed_on_time', 'completed_late', 'online_payments')"


def count_history(apps, schema_editor):
    """What earlier moves add to the cells that came later; the fold takes it from there. An empty portal has nothing."""
    moves = apps.get_model("dossiers", "DossierHistory").objects
    if not moves.using(schema_editor.connection.alias).exists():
        return
    from portal.metrics.recount import HISTORY

    schema_editor.execute(
        "INSERT INTO workflow_delta (metric, day, agency, service, channel, quantity, amount) "
        "SELECT metric, day, agency, service, channel, sum(quantity), sum(amount) "
        f"FROM ({HISTORY}) AS happened WHERE metric NOT IN {COUNTED_BEFORE} GROUP BY 1, 2, 3, 4, 5"
    )


def forget(apps, schema_editor):
    for table in ("workflow_delta", "metrics_cell", "metrics_sum"):
        schema_editor.execute(f"DELETE FROM {table} WHERE metric NOT IN {COUNTED_BEFORE}")


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0002_months_years_and_sets_of_services'),
        ('dossiers', '0006_count_supplements'),
        ('payments', '0001_initial'),
        ('workflow', '0001_initial'),
    ]

    operations = [migrations.RunPython(count_history, forget)]
