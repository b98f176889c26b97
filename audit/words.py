"""The log in words: its texts are codes and labels of models, of which pages and files say more.

Nothing here reads a record; an auditor sees who did what to which one, and no content.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model

from audit.models import LogRow
from core.querysets import ScopedQuerySet

NOBODY = "Nobody signed in"
DETAILS = {
    "status": "Answer",
    "method": "Method",
    "reference": "Reference",
    "second": "Second person",
    "file": "File",
    "page": "Page",
    "q": "Searched for",
}


def is_kept(model: type[Model]) -> bool:
    """Whether a model holds records: rows that are scoped or of which history is kept."""
    return hasattr(model, "pgh_event_model") or isinstance(
        model._default_manager.get_queryset(), ScopedQuerySet
    )


def kinds() -> list[tuple[str, str]]:
    """What the log speaks of, by its label, in words."""
    found = [(m._meta.label_lower, _name(m)) for m in apps.get_models() if is_kept(m)]
    return sorted([*found, (LogRow._meta.label_lower, "The log")], key=lambda kind: kind[1])


def kind_of(object_type: str) -> str:
    """A record's kind, or the page that was refused."""
    try:
        model = apps.get_model(object_type)
    except (LookupError, ValueError):
        page = object_type.rpartition(":")[2].replace("_", " ")
        return f"The page “{page}”" if page else ""
    return "The log" if model is LogRow else _name(model)


def _name(model: type[Model]) -> str:
    words = str(model._meta.verbose_name)
    return words[:1].upper() + words[1:]


def thing(object_type: str, object_id: str) -> str:
    """Like "Case 12"."""
    return f"{kind_of(object_type)} {object_id}".strip()


def people(usernames: Iterable[str]) -> dict[str, Any]:
    """Whoever is known by these usernames."""
    found = get_user_model()._default_manager.filter(username__in=set(usernames) - {""})
    return {person.get_username(): person for person in found}


def names(usernames: Iterable[str]) -> dict[str, str]:
    return {username: str(person) for username, person in people(usernames).items()}


def who(username: str, name: str = "") -> str:
    """A name with its username, which tells apart people of one name."""
    if not username:
        return NOBODY
    return f"{name} ({username})" if name else username


def role_of(code: str) -> str:
    choices: dict[Any, Any] = dict(get_user_model()._meta.get_field("role").flatchoices)
    return str(choices.get(code, code))


def usernames_of(person: Any) -> set[str]:
    """Those that a person has had: the log has each as it was."""
    events = getattr(get_user_model(), "pgh_event_model", None)
    past = events._default_manager.filter(pgh_obj_id=person.pk) if events else []
    return {person.get_username(), *(event.username for event in past)}


def said(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was asked for, by its name."""
    for key, value in details.items():
        if value not in ("", None, []):
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield DETAILS.get(key, key.replace("_", " ").capitalize()), words
