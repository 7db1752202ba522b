from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0006_count_supplements'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='dossierhistory',
            index=models.Index(condition=models.Q(('transition__in', ['complete', 'request_supplement'])), fields=['version', 'at'], name='dossier_history_of_service'),
        ),
    ]
