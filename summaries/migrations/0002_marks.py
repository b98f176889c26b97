from django.db import migrations

TABLES = {
    "cases_outcome": True,
    "partners_engagementevent": False,
    "partners_trainingsession": False,
}

MERGES = """
    WHEN o.merged_into_id IS NULL AND n.merged_into_id IS NOT NULL THEN 'merged'
    WHEN o.merged_into_id IS NOT NULL AND n.merged_into_id IS NULL THEN 'unmerged'
"""

INSTALL = """
CREATE FUNCTION {table}_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO summaries_changedday (day, borough_id, cause, source)
        SELECT DISTINCT day, borough_id, 'entered', TG_TABLE_NAME FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO summaries_changedday (day, borough_id, cause, source)
        SELECT DISTINCT day, borough_id, 'erased', TG_TABLE_NAME FROM old_rows;
    ELSE
        INSERT INTO summaries_changedday (day, borough_id, cause, source)
        SELECT DISTINCT place.day, place.borough_id,
            CASE
                WHEN o.voided_at IS NULL AND n.voided_at IS NOT NULL THEN 'voided'
                WHEN o.voided_at IS NOT NULL AND n.voided_at IS NULL THEN 'restored'
                {merges}
                ELSE 'amended'
            END, TG_TABLE_NAME
        FROM old_rows AS o FULL JOIN new_rows AS n USING (id)
        CROSS JOIN LATERAL (VALUES (o.day, o.borough_id), (n.day, n.borough_id))
            AS place (day, borough_id)
        WHERE place.day IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER summaries_mark_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_mark();
CREATE TRIGGER summaries_mark_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_mark();
CREATE TRIGGER summaries_mark_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_mark();
"""

REMOVE = """
DROP TRIGGER summaries_mark_insert ON {table};
DROP TRIGGER summaries_mark_update ON {table};
DROP TRIGGER summaries_mark_delete ON {table};
DROP FUNCTION {table}_mark();
"""


class Migration(migrations.Migration):
    """Each change of a counted table marks the days and boroughs it touches, in its transaction."""

    dependencies = [
        ("summaries", "0001_initial"),
        ("cases", "0002_suspect_of_same_case"),
        ("partners", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            INSTALL.format(table=table, merges=MERGES if merges else ""),
            REMOVE.format(table=table),
        )
        for table, merges in TABLES.items()
    ]
