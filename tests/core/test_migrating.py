"""Operations that are taken together do in the database what they do one by one."""

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger, UpsertTriggerSql
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from core.migrating import Migration, Together

pytestmark = pytest.mark.django_db


def trigger(hash_: str) -> Trigger:
    sql = UpsertTriggerSql(
        func="RETURN NEW;", hash=hash_, operation="INSERT", pgid="trial", table="trial_place",
        when="BEFORE",
    )  # fmt: skip
    return Trigger(name="marks", sql=sql)


OPERATIONS: list[Any] = [
    migrations.CreateModel("Place", [("id", models.AutoField(primary_key=True))]),
    migrations.CreateModel(
        "Person",
        [
            ("id", models.AutoField(primary_key=True)),
            ("place", models.ForeignKey("trial.Place", models.CASCADE)),
        ],
    ),
    migrations.AddField("Place", "keeper", models.ForeignKey("trial.Person", models.CASCADE)),
    migrations.AddField("Place", "size", models.IntegerField(default=1), preserve_default=False),
    migrations.AddIndex("Place", models.Index(fields=["size"], name="by_size")),
    migrations.AddConstraint(
        "Place", models.CheckConstraint(condition=models.Q(size__gt=0), name="has_a_size")
    ),
    AddTrigger("place", trigger("1")),
    migrations.RunSQL("SELECT 1", migrations.RunSQL.noop),
    RemoveTrigger("place", "marks"),
    migrations.AddField("Place", "name", models.TextField(default=""), preserve_default=False),
    AddTrigger("place", trigger("2")),
    migrations.RemoveConstraint("Place", "has_a_size"),
]


def made_by(kind: type[migrations.Migration]) -> tuple[list[str], list[str], ProjectState]:
    """The SQL there and back, and the models in the end."""
    migration = type("Trial", (kind,), {"operations": OPERATIONS})("0001_trial", "trial")
    state = ProjectState()
    assert state.apps is not None  # Rendered, as `migrate` has it.
    said = []
    with connection.schema_editor(collect_sql=True) as editor:
        after = migration.apply(state.clone(), editor, collect_sql=True)
    said.append(editor.collected_sql)
    with connection.schema_editor(collect_sql=True) as editor:
        migration.unapply(state, editor, collect_sql=True)
    said.append(editor.collected_sql)
    there, back = ([line for line in one if not line.startswith("--")] for one in said)
    return there, back, after


def test_the_sql_and_the_models_are_the_same() -> None:
    *sql, state = made_by(migrations.Migration)
    *sql_together, state_together = made_by(Migration)
    assert sql_together == sql
    assert ("CREATE TABLE" in str(sql[0]), "DROP TABLE" in str(sql[1])) == (True, True)
    assert state_together == state
    for made in (state, state_together):
        place = made.apps.get_model("trial", "Place")._meta
        assert [field.name for field in place.get_fields()] == [
            *("person", "id", "keeper", "size", "name"),
        ]
        assert place.get_field("keeper").related_model is made.apps.get_model("trial", "Person")
        assert ([one.name for one in place.indexes], place.constraints) == (["by_size"], [])


def test_they_are_taken_in_groups() -> None:
    migration = type("Trial", (Migration,), {"operations": OPERATIONS})("0001_trial", "trial")
    groups = [
        len(one.operations) if isinstance(one, Together) else 0 for one in migration.operations
    ]
    assert groups == [2, 5, 0, 4]
    assert migration.operations[1].describe().startswith("Add field keeper to Place; Add field")
