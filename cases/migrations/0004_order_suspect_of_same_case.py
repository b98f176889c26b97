from django.db import migrations


class Migration(migrations.Migration):
    """An order against a suspect of another case is refused: a foreign key over both columns."""

    dependencies = [("cases", "0003_case_work")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE cases_protectiveorder
                ADD CONSTRAINT cases_protectiveorder_suspect_of_same_case
                FOREIGN KEY (suspect_id, case_id) REFERENCES cases_suspect (id, case_id)
            """,
            "ALTER TABLE cases_protectiveorder"
            " DROP CONSTRAINT cases_protectiveorder_suspect_of_same_case",
        ),
    ]
