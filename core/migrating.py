"""Migrations that make many tables, indexes, constraints and triggers in seconds.

Django renders the models around a model anew after each operation, and here nearly all of them
stand around the user: a first `migrate` took most of a minute, a tenth of it in the database.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import IndexOperation
from django.db.migrations.state import ProjectState


class Together(Operation):
    """Operations of which none needs to see what another has done to the models."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models are rendered when all has changed."""
        rendered = state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if rendered is not None:
            state.apps = rendered
            names = {_model_of(operation) for operation in self.operations}
            state.reload_models([(app_label, name) for name in names])

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


class Migration(migrations.Migration):
    """Takes models that are created one after the other together, and likewise their parts."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.operations = list(_in_groups(cls.operations))


def _in_groups(operations: Sequence[Operation]) -> Iterator[Operation]:
    for kind, group in groupby(operations, _kind):
        if kind is None:
            yield from group
        else:
            yield Together(list(group))


def _kind(operation: Operation) -> type[Operation] | None:
    if isinstance(operation, migrations.CreateModel):
        return migrations.CreateModel
    if isinstance(operation, migrations.AddField | IndexOperation):
        return migrations.AddField
    return None


def _model_of(operation: Any) -> str:
    named = operation.name if isinstance(operation, migrations.CreateModel) else None
    return str(named or operation.model_name).lower()
