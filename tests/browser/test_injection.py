"""What anybody typed is text and never markup: a script in every field, every page in a browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pgtrigger
import pytest
from django.contrib import admin
from django.db import Error, models, transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Import, SavedFilter, User
from cases.models import Draft, Outcome
from partners.models import Partner, TrainingProgramme
from tests.cases.pages import at, browser
from tests.cases.test_doors import addresses, world
from tests.conftest import Cast
from tests.factories import (
    BY_MODEL,
    CalendarLinkFactory,
    CaseNoteFactory,
    ContactFactory,
    EngagementEventFactory,
    FollowUpFactory,
    KeptFormFactory,
    ParticipationFactory,
    SavedFilterFactory,
    TeamFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

SHORT = "'\"><u class=xss>"
LONG = f"{SHORT}</textarea></title><script>xss=1</script><img src=x onerror=xss=1>"
INJECTED = "document.querySelectorAll('.xss, [onerror]').length + (window.xss ? 1 : 0)"
TAKEN_APART = """(html) => new DOMParser().parseFromString(html, "text/html")
    .querySelectorAll(".xss, [onerror]").length"""


def plant() -> dict[str, str]:
    """Puts a script into each text of each row; a rule of the database may bar one from a field."""
    planted = {}
    for model in BY_MODEL:
        for field in model._meta.concrete_fields:
            text = isinstance(field, models.CharField | models.TextField)
            room = getattr(field, "max_length", None) or 999
            if not text or field.primary_key or field.choices or room < len(SHORT) + 4:
                continue
            for row in model._base_manager.order_by("pk"):
                words = f"{LONG if room > len(LONG) + 9 else SHORT}{row.pk}"[:room]
                try:
                    # A note stays as it is written, but this one was written by an attacker.
                    with transaction.atomic(), pgtrigger.ignore():
                        model._base_manager.filter(pk=row.pk).update(**{field.name: words})
                except Error:
                    break
                planted[f"{model.__name__}.{field.name}"] = words
    return planted


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])


def of_the_admin() -> Iterator[str]:
    """The list of each model and the page of its newest row."""
    for model, _ in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        row: Any = model._base_manager.order_by("-pk").first()
        if row is not None:
            yield reverse(f"{name}_change", args=[row.pk])


def test_no_text_becomes_markup_on_any_page(
    page: Page, live_server: LiveServer, cast: Cast, expected: set[int]
) -> None:
    expected.add(404)
    with transaction.atomic():
        # A list of cases to reduce is made whole.
        rows = world(cast)
    event = EngagementEventFactory.create(borough=cast.a, place="The station")
    ParticipationFactory.create(event=event, part="host")
    FollowUpFactory.create(event=event)
    SavedFilterFactory.create(page="events")
    SavedFilterFactory.create(page="outcomes")
    CaseNoteFactory.create(case=rows["case"])
    Outcome._base_manager.update(team=TeamFactory.create())
    for owned in (Draft, Import, SavedFilter):
        owned._base_manager.update(owner=cast.supervisor)
    contact = ContactFactory.create()
    session = TrainingSessionFactory.create(borough=cast.a)
    CalendarLinkFactory.create(owner=cast.supervisor, borough=cast.a)
    planted = plant()
    # What an address is made of has no room for one.
    for number, model in enumerate((Partner, TrainingProgramme)):
        for row in model._base_manager.all():
            model._base_manager.filter(pk=row.pk).update(slug=f"at-{number}-{row.pk}")
    contact.partner.refresh_from_db()
    session.programme.refresh_from_db()
    assert {"CaseNote.text", "Case.reference", "User.name", "Team.name"} <= planted.keys()
    reflected = [f"/sign-in/?next={quote(LONG)}", f"/{quote(LONG)}/"]
    day = f"of={event.happened_at:%Y-%m-%d}"
    engagement = ["/engagement/", f"/engagement/calendar/?{day}", "/engagement/map/"]
    engagement += [
        f"/engagement/{event.pk}/{part}" for part in ("", "amend/", "done/", "partners/")
    ]
    slug, programme = contact.partner.slug, session.programme.slug
    engagement += [f"/engagement/{event.pk}/confirmations/", "/engagement/feed/", "/partners/"]
    engagement += [f"/partners/{slug}/{part}" for part in ("", "amend/", "contacts/add/")]
    engagement += [f"/partners/{slug}/contacts/{contact.pk}/amend/", "/partners/due/", "/training/"]
    engagement += [f"/training/{programme}/", f"/training/sessions/{session.pk}/"]
    reflected += [*engagement, f"/engagement/?borough={quote(LONG)}&sort={quote(LONG)}"]
    for of in ("outcomes", "cases"):
        reflected += [f"{at(of)}?{name}={quote(LONG)}" for name in ("borough", "page", "sort")]
    note = at("add_note", rows["case"].pk)
    typed = {"text": [LONG], "kind": [LONG]}
    kept = KeptFormFactory.create(owner=cast.supervisor, address=note, page=note, fields=typed)
    reflected += [kept.back, f"/kept/{kept.pk}/", "/campaigns/"]
    opened = browser(cast.supervisor)
    answers = [(address, opened.get(address)) for _, address in addresses(rows)]
    pages = [address for address, got in answers if got.status_code == 200 and not got.streaming]
    assert len(pages) > 25
    read = 0
    sign_in(page, live_server, cast.supervisor)
    for address in [*pages, *reflected]:
        page.goto(address, wait_until="domcontentloaded")
        assert page.evaluate(INJECTED) == 0, address
        read += "class=xss" in page.locator("body").inner_text()
    # The admin's own scripts put no texts into its pages, so the browser only takes them apart.
    admins = browser(cast.administrator)
    for address in of_the_admin():
        html = admins.get(address).content.decode()
        assert page.evaluate(TAKEN_APART, html) == 0, address
        read += "class=xss" in html
    # That the script is there to be read, as text, shows that the pages were looked at.
    assert read > 20
