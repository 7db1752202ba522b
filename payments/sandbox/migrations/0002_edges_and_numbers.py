from django.db import migrations

# The declared edges are payments.sandbox.states.EDGES; a test compares them with this trigger.
TRIGGER = """
CREATE FUNCTION sandbox_guard_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'paid'), ('open', 'suspected'), ('open', 'failed'), ('open', 'cancelled'),
        ('open', 'expired'), ('paid', 'refunded'), ('suspected', 'refunded')
    ) THEN
        RAISE EXCEPTION 'a payment does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.number, NEW.merchant_id, NEW.txn_ref, NEW.order_day, NEW.amount_vnd)
        IS DISTINCT FROM (OLD.number, OLD.merchant_id, OLD.txn_ref, OLD.order_day, OLD.amount_vnd)
    THEN
        RAISE EXCEPTION 'what the merchant ordered does not change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE UPDATE ON sandbox_transaction
    FOR EACH ROW EXECUTE FUNCTION sandbox_guard_transaction();
"""


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE sandbox_number START 14000001",
            "DROP SEQUENCE sandbox_number",
        ),
        migrations.RunSQL(
            TRIGGER,
            "DROP TRIGGER guard ON sandbox_transaction; DROP FUNCTION sandbox_guard_transaction()",
        ),
    ]
