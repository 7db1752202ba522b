
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Naming',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('name_vi', models.CharField(max_length=200, verbose_name='name in Vietnamese')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('gso_code', models.CharField(blank=True, max_length=2, verbose_name='statistical code')),
            ],
            options={
                'verbose_name': 'change of name',
                'verbose_name_plural': 'changes of name',
                'ordering': ['agency', 'valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Succession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='since')),
                ('basis', models.CharField(max_length=120, verbose_name='legal basis')),
            ],
            options={
                'verbose_name': 'succession',
                'verbose_name_plural': 'successions',
                'ordering': ['day', 'agency'],
            },
        ),
        migrations.AddField(
            model_name='unit',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='valid from'),
        ),
        migrations.AddField(
            model_name='unit',
            name='valid_to',
            field=models.DateField(blank=True, null=True, verbose_name='valid to'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='valid from'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='valid_to',
            field=models.DateField(blank=True, null=True, verbose_name='valid to'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agency',
            trigger=pgtrigger.compiler.Trigger(name='agency_life_fits_succession', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM agencies_succession AS s\n    WHERE (s.agency_id = NEW.id AND s.day IS DISTINCT FROM NEW.valid_to)\n       OR (s.successor_id = NEW.id AND (s.day < NEW.valid_from OR s.day >= NEW.valid_to))\n) THEN\n    RAISE EXCEPTION 'a succession of this agency says otherwise'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_life_fits_succession';\nEND IF;\nRETURN NULL;\n", hash='18f144f97c3ddf5a6d6aebe39d828a6fe717f7f2', operation='UPDATE OF "valid_from", "valid_to"', pgid='pgtrigger_agency_life_fits_succession_2c045', table='agencies_agency', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_from__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='unit_ends_after_it_begins'),
        ),
        migrations.AddField(
            model_name='naming',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='namings', to='agencies.agency', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='succession',
            name='agency',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='succession', to='agencies.agency', verbose_name='agency'),
        ),
        migrations.AddField(
            model_name='succession',
            name='successor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='agencies.agency', verbose_name='successor'),
        ),
        migrations.AddConstraint(
            model_name='naming',
            constraint=models.UniqueConstraint(fields=('agency', 'valid_from'), name='naming_one_a_day'),
        ),
        migrations.AddConstraint(
            model_name='succession',
            constraint=models.CheckConstraint(condition=models.Q(('agency', models.F('successor')), _negated=True), name='succession_by_somebody_else'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='succession',
            trigger=pgtrigger.compiler.Trigger(name='succession_fits_both_lives', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n    SELECT FROM agencies_agency AS ended, agencies_agency AS heir\n    WHERE ended.id = NEW.agency_id AND heir.id = NEW.successor_id\n      AND ended.valid_to = NEW.day\n      AND (heir.valid_from IS NULL OR heir.valid_from <= NEW.day)\n      AND (heir.valid_to IS NULL OR heir.valid_to > NEW.day)\n) THEN RETURN NEW; END IF;\nRAISE EXCEPTION 'the day must be the first without the agency and within the life of its successor'\n    USING ERRCODE = 'check_violation', CONSTRAINT = 'succession_fits_both_lives';\n", hash='7e63b2509c0b309165bfd78214f6ec811dbbbf04', operation='INSERT OR UPDATE', pgid='pgtrigger_succession_fits_both_lives_bb0e4', table='agencies_succession', when='BEFORE')),
        ),
    ]
