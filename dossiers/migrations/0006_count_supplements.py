from django.db import migrations, models

COUNT = """
UPDATE dossiers_dossier SET supplements = asked.number
FROM (SELECT dossier_id, count(*) AS number FROM dossiers_supplementrequest GROUP BY 1) AS asked
WHERE asked.dossier_id = dossiers_dossier.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0005_judge_edges_by_one_constant'),
    ]

    operations = [
        migrations.AddField(
            model_name='dossier',
            name='supplements',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
