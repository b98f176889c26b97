from django.db import migrations, models

# As before, and each mark says whose rows changed.
MARK = """
CREATE OR REPLACE FUNCTION {table}_mark() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""

MERGES = """
    WHEN o.merged_into_id IS NULL AND n.merged_into_id IS NOT NULL THEN 'merged'
    WHEN o.merged_into_id IS NOT NULL AND n.merged_into_id IS NULL THEN 'unmerged'
"""

MARK_INVOLVED = """
CREATE OR REPLACE FUNCTION partners_participation_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summaries_changedday (day, borough_id, cause, source)
    SELECT DISTINCT event.day, event.borough_id, 'amended', TG_TABLE_NAME
    FROM changed_rows AS part JOIN partners_engagementevent AS event ON event.id = part.event_id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    """A mark says which table's rows changed, so the ledger gives a figure its own reasons."""

    dependencies = [("summaries", "0002_squashed_marks")]

    operations = [
        migrations.AddField(
            model_name="changedday",
            name="source",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The table whose rows changed; empty where any may have.",
                max_length=30,
            ),
        ),
        migrations.RunSQL(
            [
                MARK.format(table="cases_outcome", merges=MERGES),
                MARK.format(table="partners_engagementevent", merges=""),
                MARK.format(table="partners_trainingsession", merges=""),
                MARK_INVOLVED,
            ],
            migrations.RunSQL.noop,
        ),
    ]
