from django.db import migrations, models

# One more edge, for money that the bank took though the payment was not completed; the rest is as it was.
EDGES = """
CREATE OR REPLACE FUNCTION sandbox_guard_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'paid'), ('open', 'suspected'), ('open', 'failed'), ('open', 'cancelled'),
        ('open', 'expired'), ('paid', 'refunded'), ('suspected', 'refunded'),
        ('refunded', 'paid'), ('refunded', 'suspected')%s
    ) THEN
        RAISE EXCEPTION 'a payment does not go from %% to %%', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.number, NEW.merchant_id, NEW.txn_ref, NEW.order_day, NEW.amount_vnd)
        IS DISTINCT FROM (OLD.number, OLD.merchant_id, OLD.txn_ref, OLD.order_day, OLD.amount_vnd)
    THEN
        RAISE EXCEPTION 'what the merchant ordered does not change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('sandbox', '0004_switches_platform_and_settlement'),
    ]

    operations = [
        migrations.AlterField(
            model_name='transaction',
            name='state',
            field=models.CharField(choices=[('open', 'Waiting for the payer'), ('paid', 'Payment successful'), ('suspected', 'Money taken, held as suspicious'), ('reversed', 'Money taken by the bank, not received here'), ('failed', 'Refused by the bank'), ('cancelled', 'Cancelled by the payer'), ('expired', 'Time ran out'), ('refunded', 'Given back in full')], default='open', max_length=12),
        ),
        migrations.RunSQL(EDGES % ", ('open', 'reversed')", EDGES % ""),
    ]
