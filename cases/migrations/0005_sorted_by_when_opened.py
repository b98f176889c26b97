"""Cases are listed by when they were opened, as the list says, and not by their numbers."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_reduction_says_where_it_looks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="case", name="cases_case_borough_latest"),
        migrations.RemoveIndex(model_name="case", name="cases_case_officer_latest"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["opened_at", "id"], name="cases_case_opened"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["borough", "opened_at", "id"], name="cases_case_borough_opened"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("officer__isnull", False)),
                fields=["officer", "opened_at", "id"],
                name="cases_case_officer_opened",
            ),
        ),
    ]
