from django.db import migrations


class Migration(migrations.Migration):
    """Tells the planner how many groups a recount has, without which it works on one core."""

    dependencies = [("summaries", "0002_marks")]

    operations = [
        migrations.RunSQL(
            """
            CREATE STATISTICS summaries_outcome_groups (ndistinct)
                ON day, borough_id, kind, strand, order_kind FROM cases_outcome
            """,
            "DROP STATISTICS summaries_outcome_groups",
        ),
    ]
