from django.db import migrations


class Migration(migrations.Migration):
    """Saved filters are of lists of other apps too, so their table is a person's."""

    dependencies = [("cases", "0009_retention"), ("accounts", "0007_savedfilter")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="SavedFilter")]
        )
    ]
