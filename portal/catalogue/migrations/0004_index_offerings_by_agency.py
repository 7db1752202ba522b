
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_dated_tree_and_succession'),
        ('catalogue', '0003_publication_by_two_people'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='offering',
            index=models.Index(fields=['handling_agency', 'service'], name='offering_of_agency'),
        ),
    ]
