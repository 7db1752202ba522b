
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_dated_tree_and_succession'),
        ('catalogue', '0004_index_offerings_by_agency'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='publicservice',
            index=models.Index(fields=['field', 'field_en'], name='service_by_field'),
        ),
        migrations.RemoveIndex(
            model_name='offering',
            name='offering_of_agency',
        ),
        migrations.AddIndex(
            model_name='offering',
            index=models.Index(fields=['handling_agency', 'service'], include=('level', 'valid_from', 'valid_to'), name='offering_of_agency'),
        ),
    ]
