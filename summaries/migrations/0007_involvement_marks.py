from django.db import migrations

INSTALL = """
CREATE FUNCTION partners_participation_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summaries_changedday (day, borough_id, cause, source)
    SELECT DISTINCT event.day, event.borough_id, 'amended', TG_TABLE_NAME
    FROM changed_rows AS part JOIN partners_engagementevent AS event ON event.id = part.event_id;
    RETURN NULL;
END $$;
CREATE TRIGGER summaries_mark_insert AFTER INSERT ON partners_participation
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION partners_participation_mark();
CREATE TRIGGER summaries_mark_update AFTER UPDATE ON partners_participation
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION partners_participation_mark();
CREATE TRIGGER summaries_mark_delete AFTER DELETE ON partners_participation
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION partners_participation_mark();
"""

REMOVE = """
DROP TRIGGER summaries_mark_insert ON partners_participation;
DROP TRIGGER summaries_mark_update ON partners_participation;
DROP TRIGGER summaries_mark_delete ON partners_participation;
DROP FUNCTION partners_participation_mark();
"""


class Migration(migrations.Migration):
    """A partner added to an event or taken from it marks its day, for pages that count partners.

    A participation never moves to another event, so its new row is enough.
    """

    dependencies = [("summaries", "0006_returns_history"), ("partners", "0003_facts")]

    operations = [migrations.RunSQL(INSTALL, REMOVE)]
