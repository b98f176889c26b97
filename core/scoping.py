"""The scoping check: `python -m core.scoping`.

Reads the code of every door (views, admin, filters, forms, tables, exports, presenters, tasks) and
reports each place that reaches sensitive rows other than through `visible_to`: a manager of a
scoped model, a related manager that leads to one, either by a name in a string, a shortcut, a view
or a filter that is handed the bare model, a form that makes choices of one by itself, and SQL.
Commands run by the operators of the servers are no doors.
"""

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOORS = ("urls", "views", "admin", "filters", "forms", "tables", "exports", "presenters", "tasks")
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {
    *("get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"),
    "modelformset_factory",
}
SQL = {"cursor", "raw", "extra", "RawSQL"}
SCOPED_BASES = {"ScopedInline"}
"""Bases whose `model` is read through the verb; any other class that names one reads all of it."""
VERB = "visible_to"


@dataclass(frozen=True)
class Sensitive:
    """The names by which code can reach scoped rows."""

    models: frozenset[str]
    accessors: frozenset[str]
    relations: Mapping[str, frozenset[str]]
    """By model, the fields that lead to a scoped one, of which a form would offer every row."""
    filters: frozenset[str]
    """The filters that take every row of a scoped model where they are given none."""


def sensitive() -> Sensitive:
    """The scoped models of the project, and whatever leads to them by itself."""
    from django.apps import apps
    from django.utils.module_loading import autodiscover_modules
    from django_filters import FilterSet

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
    relations = {
        model.__name__: frozenset(
            field.name
            for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
            if field.related_model in models
        )
        for model in apps.get_models()
    }
    autodiscover_modules("filters")
    return Sensitive(
        frozenset(model.__name__ for model in models),
        frozenset(a for a in accessors if a),
        {model: fields for model, fields in relations.items() if fields},
        frozenset(f.__name__ for f in _kinds_of(FilterSet) if f._meta.model in models),
    )


def _kinds_of(kind: type[Any]) -> Iterator[type[Any]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _kinds_of(narrower)


def leaks(source: str, names: Sensitive) -> Iterator[tuple[int, str]]:
    """The line and the words of each place that does not enter through `visible_to`."""
    tree = ast.parse(source)
    entered = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == VERB
    }
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in entered:
            of_model = node.attr in MANAGERS and _name(node.value) in names.models
            of_relation = (
                node.attr in names.accessors
                and not isinstance(node.ctx, ast.Store)
                # What is imported is a module or a class, and no row.
                and not (isinstance(node.value, ast.Name) and node.value.id in imported)
            )
            if of_model or of_relation:
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in names.models and alias.asname:
                    yield node.lineno, f"{alias.name} as {alias.asname}"
        elif isinstance(node, ast.Call):
            if id(node) not in entered and _calls_past(node, names):
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ClassDef):
            yield from _class_leaks(node, names)


def _calls_past(node: ast.Call, names: Sensitive) -> bool:
    """Whether a call gets at rows by a bare model, by a name in a string, or by SQL."""
    called = _name(node.func)
    words = {keyword.arg: keyword.value for keyword in node.keywords}
    if called == "getattr":
        name = node.args[1] if len(node.args) > 1 else None
        return isinstance(name, ast.Constant) and name.value in MANAGERS | names.accessors
    if called in names.filters:
        return "queryset" not in words and len(node.args) < 2
    bare = called in SHORTCUTS and node.args and _name(node.args[0]) in names.models
    by_word = "model" in words and _name(words["model"]) in names.models
    return bool(bare or by_word) or called in SQL | {"get_model"}


def _class_leaks(node: ast.ClassDef, names: Sensitive) -> Iterator[tuple[int, str]]:
    """A view's bare model, and the fields of a form that offer every row of one."""
    said = _assigned(node)
    scoped = {_name(base) for base in node.bases} & SCOPED_BASES
    if node.name != "Meta" and not scoped and _name(said.get("model")) in names.models:
        yield node.lineno, f"{node.name}.model"
    for meta in node.body:
        if isinstance(meta, ast.ClassDef) and meta.name == "Meta":
            of_meta = _assigned(meta)
            offered = names.relations.get(_name(of_meta.get("model")), frozenset())
            for name in sorted(_fields(of_meta.get("fields"), offered) - said.keys()):
                yield meta.lineno, f"{node.name}.Meta.fields: {name}"


def _assigned(node: ast.ClassDef) -> dict[str, ast.expr | None]:
    """What the body of a class gives a name to."""
    said: dict[str, ast.expr | None] = {}
    for line in node.body:
        targets = line.targets if isinstance(line, ast.Assign) else []
        if isinstance(line, ast.AnnAssign):
            targets = [line.target]
        said |= {_name(target): line.value for target in targets}  # type: ignore[attr-defined]
    return said


def _fields(listed: ast.expr | None, offered: frozenset[str]) -> frozenset[str]:
    """Which of the fields a form takes: those it lists, or all where it does not list them."""
    if isinstance(listed, ast.Tuple | ast.List | ast.Set):
        items: list[ast.expr | None] = [*listed.elts]
    elif isinstance(listed, ast.Dict):
        items = [*listed.keys]
    else:
        return offered
    return offered & {str(item.value) for item in items if isinstance(item, ast.Constant)}


def _name(node: ast.expr | None) -> str:
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
            yield from app.glob(f"**/{door}.py")
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
