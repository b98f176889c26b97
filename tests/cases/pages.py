"""What tests of pages share: a form as a browser would send it, and the address of a page."""

from typing import Any

from django.db.models import Model
from django.forms import ModelMultipleChoiceField, MultipleChoiceField
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.actions.barred import decide_lifting
from cases.models import Case
from core.forms import DayField, DayInput, PageForm
from core.writing import WritingMixin
from tests.factories import CaseAccessFactory, LiftingFactory, UserFactory


def at(name: str, *args: object) -> str:
    return reverse(f"cases:{name}", args=args)


def browser(who: User) -> Client:
    """A browser of their own, signed in; the person is read anew, whatever the test still holds."""
    client = Client()
    client.force_login(User.objects.get(pk=who.pk))
    return client


def restrict(case: Case, *people: User) -> None:
    """Restricts a case to people, or to one whom no test knows."""
    for person in people or [UserFactory.create()]:
        CaseAccessFactory.create(case=case, user=person)
    Case.objects.filter(pk=case.pk).update(restricted=True)


def lift(case: Case, person: User | None = None) -> None:
    """Lifts a restriction or somebody's exclusion, as two people do."""
    asking = LiftingFactory.create(case=case, excluded=person)
    second = UserFactory.create(role="supervisor", whole_force=True)
    decide_lifting(by=second, lifting=asking, agreed=True)


def as_sent(form: PageForm) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(field, DayField):
            parts = zip(DayInput.PARTS, DayInput().decompress(value), strict=True)
            sent |= {f"{name}_{part}": _text(of) for (part, _), of in parts}
        elif isinstance(value, list | tuple):
            sent[name] = [_text(one) for one in value]
        elif isinstance(field, MultipleChoiceField | ModelMultipleChoiceField):
            sent[name] = []
        else:
            sent[name] = _text(value)
    return sent


def _text(value: Any) -> str:
    if isinstance(value, Model):
        value = value.pk
    return "" if value is None else str(value)


def as_asked(form: WritingMixin) -> dict[str, Any]:
    """What a browser sends of the page on which somebody chooses what to keep, but the choice."""
    sent: dict[str, Any] = {}
    for name, value in form.typed:
        sent.setdefault(name, []).append(value)
    return sent


def form_at(client: Client, address: str) -> dict[str, Any]:
    """What the form at an address sends, as it is opened."""
    return as_sent(client.get(address).context["form"])


def text_of(response: Any) -> str:
    """The words of a page, its markup as it is and its blanks as one."""
    return " ".join(response.content.decode().split())
