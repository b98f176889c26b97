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
        INSERT INTO summaries_changedday (day, borough_id, cause)
        SELECT DISTINCT day, borough_id, 'entered' FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO summaries_changedday (day, borough_id, cause)
        SELECT DISTINCT day, borough_id, 'erased' FROM old_rows;
    ELSE
        INSERT INTO summaries_changedday (day, borough_id, cause)
        SELECT DISTINCT place.day, place.borough_id,
            CASE
                WHEN o.voided_at IS NULL AND n.voided_at IS NOT NULL THEN 'voided'
                WHEN o.voided_at IS NOT NULL AND n.voided_at IS NULL THEN 'restored'
                {merges}
                ELSE 'amended'
            END
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

# A participation never moves to another event, so its new row is enough.
INSTALL_INVOLVED = """
CREATE FUNCTION partners_participation_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summaries_changedday (day, borough_id, cause)
    SELECT DISTINCT event.day, event.borough_id, 'amended'
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

REMOVE_INVOLVED = """
DROP TRIGGER summaries_mark_insert ON partners_participation;
DROP TRIGGER summaries_mark_update ON partners_participation;
DROP TRIGGER summaries_mark_delete ON partners_participation;
DROP FUNCTION partners_participation_mark();
"""

GROUPS = """
CREATE STATISTICS summaries_outcome_groups (ndistinct)
    ON day, borough_id, kind, strand, order_kind FROM cases_outcome
"""


class Migration(migrations.Migration):
    """Each change of a counted table marks the days and boroughs it touches, in its transaction.

    The statistics tell the planner how many groups a recount has, without which it works on one
    core.
    """

    replaces = [
        ("summaries", "0002_marks"),
        ("summaries", "0003_statistics"),
        ("summaries", "0007_involvement_marks"),
    ]

    dependencies = [
        ("summaries", "0001_squashed"),
        ("cases", "0002_squashed_rules"),
        ("partners", "0001_squashed"),
    ]

    operations = [
        *(
            migrations.RunSQL(
                INSTALL.format(table=table, merges=MERGES if merges else ""),
                REMOVE.format(table=table),
            )
            for table, merges in TABLES.items()
        ),
        migrations.RunSQL(INSTALL_INVOLVED, REMOVE_INVOLVED),
        migrations.RunSQL(GROUPS, "DROP STATISTICS summaries_outcome_groups"),
    ]
