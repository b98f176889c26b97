"""Imports go to the app that every subject of them can use, with what they are and were."""

import django.db.models.deletion
from django.db import migrations, models

MOVE = """
INSERT INTO accounts_import (
    id, "of", owner_id, name, state, started_at, worked_at, header_row, sample, columns, defaults,
    mends, rows, done, refusal, saved_at, undone_at, undone_by_id, result
) SELECT
    id, 'outcomes', owner_id, name, state, started_at, worked_at, header_row, sample, columns,
    defaults, mends, rows, done, refusal, saved_at, undone_at, undone_by_id,
    CASE WHEN result ? 'kinds' THEN (result - 'kinds' - 'new_cases') || jsonb_build_object(
        'counts',
        (result -> 'kinds') || jsonb_build_array(
            jsonb_build_array('New cases', result -> 'new_cases')
        ),
        'likely',
        '[]'::jsonb
    ) ELSE result END
FROM cases_import;
INSERT INTO accounts_importfile (batch_id, content) SELECT batch_id, content FROM cases_importfile;
INSERT INTO cases_importedoutcome (batch_id, line, outcome_id)
    SELECT batch_id, line, outcome_id FROM cases_importedrow ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_imports"),
        ("cases", "0002_squashed_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedOutcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="row")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.import",
                    ),
                ),
                (
                    "outcome",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported_row",
                        to="cases.outcome",
                    ),
                ),
            ],
            options={
                "ordering": ["line"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "line"), name="cases_importedoutcome_line_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ImportedRow"),
        migrations.DeleteModel(name="ImportFile"),
        migrations.DeleteModel(name="Import"),
    ]
