from django.db import migrations


class Migration(migrations.Migration):
    """A suspect of another case is refused by the database: a foreign key over both columns."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE cases_outcome ADD CONSTRAINT cases_outcome_suspect_of_same_case
                FOREIGN KEY (suspect_id, case_id) REFERENCES cases_suspect (id, case_id)
            """,
            "ALTER TABLE cases_outcome DROP CONSTRAINT cases_outcome_suspect_of_same_case",
        ),
    ]
