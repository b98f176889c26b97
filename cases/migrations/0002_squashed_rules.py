from django.db import migrations

SAME_CASE = [
    "ALTER TABLE {table} ADD CONSTRAINT {table}_suspect_of_same_case"
    " FOREIGN KEY (suspect_id, case_id) REFERENCES cases_suspect (id, case_id)",
    "ALTER TABLE {table} DROP CONSTRAINT {table}_suspect_of_same_case",
]
# They are there from the beginning, which is no change for history.
PERIODS = """
ALTER TABLE cases_reviewperiod DISABLE TRIGGER USER;
INSERT INTO cases_reviewperiod ("group", years) VALUES (1, 10), (2, 10), (3, 6), (4, 6);
ALTER TABLE cases_reviewperiod ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    """A suspect of another case is refused, by keys over both columns; cases are reviewed in time.

    The periods are the College of Policing's; the force confirms them, and changes them in the
    admin.
    """

    replaces = [
        ("cases", "0002_suspect_of_same_case"),
        ("cases", "0004_order_suspect_of_same_case"),
    ]

    dependencies = [("cases", "0001_squashed")]

    operations = [
        *(
            migrations.RunSQL(*(part.format(table=table) for part in SAME_CASE))
            for table in ["cases_outcome", "cases_protectiveorder"]
        ),
        migrations.RunSQL(PERIODS, migrations.RunSQL.noop),
    ]
