"""Retention in a browser: kept, held, proposed by one and reduced by another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from cases.actions.reduce import work_on
from cases.models import Case, Reduction
from tests.browser.test_pages import Fine, SignIn
from tests.cases.reducing import OLD, old_case, short_periods
from tests.factories import OutcomeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second(people: dict[str, User]) -> User:
    """Another supervisor, of the whole force."""
    user: User = UserFactory.create(username="second", role="supervisor", whole_force=True)
    user.set_password("correct horse battery")
    user.save()
    return user


@pytest.mark.usefixtures("second")
def test_due_cases_are_kept_held_and_reduced_by_two(
    page: Page,
    new_page: Callable[..., Page],
    boroughs: dict[str, Borough],
    sign_in: SignIn,
    fine: Fine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cases.views.retention.work_on_reduction.delay", lambda _pk: None)
    short_periods()
    kept, held, gone = (
        old_case(borough=boroughs["Lambeth"], reference=f"123456{n}/21") for n in range(3)
    )
    OutcomeFactory.create(case=gone, recorded_at=OLD)
    User.objects.filter(username="supervisor").update(whole_force=True)
    sign_in(page, "supervisor", to="/desk/")
    page.get_by_role("link", name="Cases due for review").click()
    expect(page.locator("main tbody tr")).to_have_count(3)
    fine(page)

    page.get_by_role("link", name="Retain 1234560/21").click()
    page.get_by_role("button", name="Retain").click()
    expect(page).to_have_title("Error: Retain the case - Days of Action")
    fine(page)
    page.get_by_label("Reason").fill("Repeat harm")
    page.get_by_role("button", name="Retain").click()
    expect(page.get_by_text("Reason: Repeat harm")).to_be_visible()

    page.goto("/retention/")
    page.get_by_role("link", name="hold 1234561/21").click()
    page.get_by_label("Reason").fill("A civil claim")
    page.get_by_role("button", name="Hold").click()
    expect(page.get_by_text("On hold since")).to_be_visible()
    page.goto("/retention/?show=held")
    expect(page.get_by_text("A civil claim")).to_be_visible()
    fine(page)

    page.goto("/retention/")
    page.get_by_label("Choose 1234562/21").check()
    page.get_by_role("button", name="Propose to reduce the ticked cases").click()
    expect(page.get_by_text("Somebody else of the whole force decides on it.")).to_have_count(2)
    fine(page)

    other = new_page(viewport={"width": 1280, "height": 900})
    sign_in(other, "second", to=f"/reductions/{Reduction.objects.get().pk}/")
    fine(other)
    other.get_by_role("button", name="Approve and reduce").click()
    expect(other.get_by_text("0 of 1 cases are done.")).to_be_visible()
    fine(other)
    assert work_on(Reduction.objects.get().pk)
    expect(other.get_by_text("Approved by")).to_be_visible()
    expect(other.locator("main .govuk-tag")).to_have_text("Done")
    other.get_by_role("link", name=f"reduced-{gone.pk}").click()
    expect(other.get_by_text("Reduced under retention on")).to_be_visible()
    expect(other.get_by_role("link", name="Log an outcome on this case")).to_have_count(0)
    fine(other)
    assert set(Case.objects.filter(reduced_at=None)) == {kept, held}
