from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0005_cover_offerings_of_an_agency'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='publicservice',
            index=models.Index(fields=['field', 'field_en'], name='service_by_field'),
        ),
    ]
