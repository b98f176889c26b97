"""The scoping check: `python -m core.scoping`.

Reads the code of every door (views, admin, filters, forms, tables, exports, presenters, tasks) and
reports each place that reaches sensitive rows other than through `visible_to`: a manager of a
scoped model, a related manager that leads to one, or a shortcut that is handed the bare model.
Commands run by the operators of the servers are no doors.
"""

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOORS = ("views", "admin", "filters", "forms", "tables", "exports", "presenters", "tasks")
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"}
VERB = "visible_to"


@dataclass(frozen=True)
class Sensitive:
    """The names by which code can reach scoped rows."""

    models: frozenset[str]
    accessors: frozenset[str]


def sensitive() -> Sensitive:
    """The scoped models of the project, and the names of the related managers that lead to them."""
    from django.apps import apps

    from core.querysets import ScopedQuerySet

    models = [
        m
        for m in apps.get_models()
        if isinstance(m._default_manager.get_queryset(), ScopedQuerySet)
    ]
    accessors = {
        relation.get_accessor_name()
        for model in apps.get_models()
        for relation in model._meta.related_objects
        if relation.related_model in models
    }
    return Sensitive(
        frozenset(model.__name__ for model in models), frozenset(a for a in accessors if a)
    )


def leaks(source: str, names: Sensitive) -> Iterator[tuple[int, str]]:
    """The line and the words of each place that does not enter through `visible_to`."""
    tree = ast.parse(source)
    entered = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == VERB
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in entered:
            of_model = node.attr in MANAGERS and _name(node.value) in names.models
            of_relation = node.attr in names.accessors and not isinstance(node.ctx, ast.Store)
            if of_model or of_relation:
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in names.models and alias.asname:
                    yield node.lineno, f"{alias.name} as {alias.asname}"
        elif isinstance(node, ast.Call):
            called = _name(node.func)
            first = _name(node.args[0]) if node.args else ""
            if (called in SHORTCUTS and first in names.models) or called == "get_model":
                yield node.lineno, ast.unparse(node)


def _name(node: ast.expr) -> str:
    """The last word of a dotted name, or nothing for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def doors(root: Path) -> Iterator[Path]:
    """The files of the project's apps through which people come in."""
    for app in sorted(path.parent for path in root.glob("*/__init__.py")):
        if app.name in {"tests", "bench"}:
            continue
        for door in DOORS:
            yield from app.glob(f"{door}.py")
            yield from app.glob(f"{door}/**/*.py")


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    root = Path(__file__).resolve().parent.parent
    names, found, read = sensitive(), 0, 0
    for path in doors(root):
        read += 1
        for line, words in leaks(path.read_text(), names):
            found += 1
            sys.stderr.write(
                f"{path.relative_to(root)}:{line}: {words} does not go through {VERB}(user)\n"
            )
    sys.stdout.write(
        f"Scoping: {read} doors read, {len(names.models)} scoped models, {found} leaks\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
