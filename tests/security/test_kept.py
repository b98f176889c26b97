"""What was typed outlives the session: kept for its owner, filled in, acted upon by nobody."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.kept import OURS, seal_of
from accounts.models import KeptForm, User
from cases.models import Case, CaseNote, Outcome
from core.fill import filled
from core.forms import PageFormMixin
from partners.models import EngagementEvent
from tests.cases.pages import as_asked, at, browser, form_at
from tests.cases.test_doors import Controls
from tests.conftest import Cast
from tests.factories import CaseFactory, EngagementEventFactory, OutcomeFactory, TeamFactory

pytestmark = pytest.mark.django_db

WORDS = 'She said: "he\'s back" <b>& waits</b>\nat the door'


@pytest.fixture
def case(cast: Cast) -> Case:
    made: Case = CaseFactory.create(borough=cast.a)
    return made


def sent(client: Client, address: str, page: str = "", **fields: Any) -> Any:
    """What a browser sends of a form on a page that it has open."""
    referer = f"http://testserver{page or address}"
    return client.post(address, fields, headers={"referer": referer})


def back_from(answer: Any) -> str:
    """Where signing in leads, from an answer that asks for it."""
    assert answer.status_code == 302
    to = urlsplit(answer["Location"])
    assert to.path == reverse("accounts:sign_in")
    return str(parse_qs(to.query)["next"][0])


class TestTheWayBack:
    def test_a_note_is_on_its_page_again_after_signing_in(self, cast: Cast, case: Case) -> None:
        client, address = browser(cast.officer), at("add_note", case.pk)
        fields = {"text": WORDS, "kind": "fact", "owner": seal_of(cast.officer)}
        client.logout()
        back = back_from(sent(client, address, **fields))
        assert not CaseNote.objects.exists()

        client.force_login(cast.officer)
        page = client.get(back)
        assert page["Content-Length"] == str(len(page.content))
        offered = Controls(page.content.decode()).offered
        kept = KeptForm.objects.get()
        assert offered["kept"] == {str(kept.pk)}
        assert "She said: &quot;he&#x27;s back&quot; &lt;b&gt;&amp; waits&lt;/b&gt;" in (
            page.content.decode()
        )
        assert client.post(address, fields | {"kept": kept.pk}).status_code == 302
        assert CaseNote.objects.get().text == WORDS
        assert not KeptForm.objects.exists()

    def test_it_waits_on_the_desk_for_whoever_does_not_come_back(
        self, cast: Cast, case: Case
    ) -> None:
        sent(Client(), at("add_note", case.pk), text="x y", owner=seal_of(cast.officer))
        kept = KeptForm.objects.get()
        assert f'href="{kept.back}"' in browser(cast.officer).get(at("desk")).content.decode()

    def test_a_mistake_found_after_coming_back_loses_nothing(self, cast: Cast, case: Case) -> None:
        client, address = browser(cast.officer), at("add_note", case.pk)
        sent(Client(), address, text="", x="y", owner=seal_of(cast.officer))
        kept = KeptForm.objects.get()
        answer = client.post(address, {"text": " ", "owner": "", "kept": kept.pk})
        assert answer.context["form"].errors

    def test_an_amended_entry_keeps_the_version_it_was_opened_at(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
        client, address = browser(cast.officer), at("amend_outcome", outcome.pk)
        fields = form_at(client, address) | {"version": "1", "custody_record": "01/CR/9"}
        back = back_from(sent(Client(), address, owner=seal_of(cast.officer), **fields))
        offered = Controls(client.get(back).content.decode()).offered
        assert (offered["version"], offered["custody_record"]) == ({"1"}, {"01/CR/9"})

    def test_a_page_that_only_a_post_makes_comes_back_as_well(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
        team = TeamFactory.create()
        address = at("reassign_outcomes")
        back = back_from(
            sent(
                Client(),
                address,
                chosen=outcome.pk,
                team=team.pk,
                reason="Moved teams",
                owner=seal_of(cast.supervisor),
            )
        )
        page = browser(cast.supervisor).get(back).content.decode()
        assert f'<option value="{team.pk}" selected>' in page
        assert Controls(page).offered["chosen"] == {str(outcome.pk)}
        assert "Moved teams" in page

    def test_the_admins_forms_come_back_as_well(self, cast: Cast) -> None:
        address = reverse("admin:campaigns_team_add")
        client = browser(cast.administrator)
        assert b'name="owner"' in client.get(address).content
        owner = seal_of(cast.administrator)
        back = back_from(sent(Client(), address, name="Harbour team", owner=owner))
        assert Controls(client.get(back).content.decode()).offered["name"] == {"Harbour team"}

    def test_a_list_keeps_its_filter_and_hears_nothing_of_it(self, cast: Cast) -> None:
        OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
        page = at("outcomes") + "?kind=arrest"
        address = at("reassign_outcomes") + "?kind=arrest"
        client = browser(cast.supervisor)
        back = back_from(sent(Client(), address, page, chosen="x", owner=seal_of(cast.supervisor)))
        html = client.get(back).content.decode()
        assert "kind=arrest" in html
        assert back.endswith(f"?kind=arrest&kept={KeptForm.objects.get().pk}")
        assert "kept=" not in html

    def test_words_whose_page_has_changed_can_still_be_copied(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
        address = at("void_outcome", outcome.pk)
        back = back_from(
            sent(Client(), address, note="Entered twice by me", owner=seal_of(cast.officer))
        )
        Outcome.objects.filter(pk=outcome.pk).update(
            voided_at=outcome.recorded_at, voided_by=cast.officer, void_reason="Twice"
        )
        page = browser(cast.officer).get(back, follow=True)
        assert "Entered twice by me" in page.content.decode()

    def test_a_form_without_words_just_leads_back(self, cast: Cast, case: Case) -> None:
        page = at("case", case.pk)
        answer = sent(Client(), at("add_suspect", case.pk), page, owner=seal_of(cast.officer))
        assert back_from(answer) == page
        assert not KeptForm.objects.exists()

    def test_the_page_named_is_never_another_sites(self, cast: Cast, case: Case) -> None:
        address = at("add_note", case.pk)
        for referer, page in [
            ("https://elsewhere.example/x", address),
            ("http://testserver//elsewhere.example/x", "/"),
        ]:
            answer = Client().post(
                address,
                {"text": "a b", "owner": seal_of(cast.officer)},
                headers={"referer": referer},
            )
            assert back_from(answer).split("?")[0] == page


class TestWhoseItIs:
    def test_nobody_else_gets_it(self, cast: Cast, case: Case) -> None:
        back = back_from(
            sent(Client(), at("add_note", case.pk), text="Mine alone", owner=seal_of(cast.officer))
        )
        for other in (cast.colleague, cast.supervisor, cast.administrator):
            client = browser(other)
            assert b"Mine alone" not in client.get(back).content
            assert client.get(f"/kept/{KeptForm.objects.get().pk}/").status_code == 404

    def test_a_page_closed_to_its_owner_meanwhile_stays_closed(
        self, cast: Cast, case: Case
    ) -> None:
        back = back_from(
            sent(Client(), at("add_note", case.pk), text="Mine alone", owner=seal_of(cast.officer))
        )
        cast.officer.boroughs.clear()
        assert browser(cast.officer).get(back).status_code == 404

    @pytest.mark.parametrize(
        "seal",
        ["", "x", "1:x:y", TimestampSigner(salt="else").sign("1")],
        ids=["none", "short", "forged", "for something else"],
    )
    def test_without_a_seal_of_ours_nothing_is_kept(
        self, cast: Cast, case: Case, seal: str
    ) -> None:
        address = at("add_note", case.pk)
        assert back_from(sent(Client(), address, text="a b", owner=seal)) == address
        assert not KeptForm.objects.exists()

    def test_a_suspended_owner_keeps_nothing(self, cast: Cast, case: Case) -> None:
        cast.officer.is_active = False
        cast.officer.save()
        sent(Client(), at("add_note", case.pk), text="a b", owner=seal_of(cast.officer))
        assert not KeptForm.objects.exists()


def test_no_password_or_code_is_ever_written_down(cast: Cast) -> None:
    address = reverse("admin:accounts_user_change", args=[cast.officer.pk])
    secrets = dict.fromkeys(("password1", "oldPassword", "code", "credential"), "open sesame")
    owner = seal_of(cast.administrator)
    assert back_from(sent(Client(), address, owner=owner, **secrets)) == address
    sent(Client(), address, owner=owner, name="Robin", **secrets)
    assert KeptForm.objects.get().fields == {"name": ["Robin"]}


class TestNothingIsActedUpon:
    def test_what_a_script_sends_unfinished_is_kept_though_the_session_goes_on(
        self, cast: Cast, case: Case
    ) -> None:
        client = browser(cast.officer)
        owner = seal_of(cast.officer)
        answer = sent(client, at("add_note", case.pk), text="Half a", owner=owner, unsent="")
        assert answer["Location"] == KeptForm.objects.get().back
        assert b"Half a" in client.get(answer["Location"]).content
        assert not CaseNote.objects.exists()

    def test_a_stale_token_leads_back_to_the_form(self, cast: Cast, case: Case) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(cast.officer)
        address = at("add_note", case.pk)
        answer = sent(strict, address, text="Half a", owner=seal_of(cast.officer))
        assert answer["Location"] == KeptForm.objects.get().back
        assert sent(strict, address, text="a", owner="forged").status_code == 403
        assert sent(strict, address, text="a", owner=seal_of(cast.colleague)).status_code == 403
        assert not CaseNote.objects.exists()


def test_every_form_that_posts_says_whose_it_is(cast: Cast, case: Case) -> None:
    client = browser(cast.officer)
    for page in (at("desk"), at("case", case.pk), at("outcomes"), at("imports"), at("add_note", 1)):
        html = client.get(page).content.decode()
        assert html.count('name="owner"') == html.count('name="csrfmiddlewaretoken"')
    assert 'name="owner"' not in Client().get(reverse("accounts:sign_in")).content.decode()


def test_no_form_asks_under_a_name_by_which_forms_are_kept() -> None:
    """A form that did would not be its owner's any more, and nothing of it would be kept."""
    assert get_resolver().url_patterns
    forms, wrong = [PageFormMixin], set()
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        wrong |= {
            f"{form.__name__}.{name}" for name in OURS & set(getattr(form, "base_fields", ()))
        }
    assert wrong == set()


class TestFilling:
    PAGE = """<!DOCTYPE html><form method="get"><input name="a" value="1"></form>
    <form method="post" action="/here/"><input name=a value='old' disabled>
    <input type=checkbox name="b" value="1" checked><input type=checkbox name="b" value="2">
    <input type="radio" name="c" value="x"><input type="radio" name="c" value="y" checked>
    <select name="d"><option value="1" selected>One<option value="2">Two &amp; a half</select>
    <textarea name="e">
old &lt;</textarea><input type="file" name="f">
    <input name="g" value="same"><svg viewBox="0 0"/><input name="h">
    <input name="h"></form>
    <form method="post"><input name="a"></form>"""

    def test_the_controls_of_that_form_alone_and_nothing_else(self) -> None:
        fields = {
            "a": ['"><b'],
            "b": ["2"],
            "c": ["x"],
            "d": ["2"],
            "e": ["\n</textarea>"],
            "f": ["/etc/passwd"],
            "h": ["1", "2"],
        }
        assert filled(self.PAGE, at="/", address="/here/", fields=fields, more="+") == (
            """<!DOCTYPE html><form method="get"><input name="a" value="1"></form>
    <form method="post" action="/here/">+<input name="a" disabled value="&quot;&gt;&lt;b">
    <input type="checkbox" name="b" value="1"><input type="checkbox" name="b" value="2" checked>
    <input type="radio" name="c" value="x" checked><input type="radio" name="c" value="y">
    <select name="d"><option value="1">One<option value="2" selected>Two &amp; a half</select>
    <textarea name="e">

&lt;/textarea&gt;</textarea><input type="file" name="f">
    <input name="g" value="same"><svg viewBox="0 0"/><input name="h" value="1">
    <input name="h" value="2"></form>
    <form method="post"><input name="a"></form>"""
        )

    def test_a_page_without_that_form_is_none(self) -> None:
        assert filled(self.PAGE, at="/", address="/there/", fields={"a": ["1"]}) is None


class TestWhileSomebodyTypes:
    """What the page's script sends of a form with `data-draft`, in case the browser crashes."""

    ADD = "/engagement/add/"

    def drafted(self, client: Client, owner: User, **fields: Any) -> int:
        typed = {"title": "Stall", "token": str(uuid4()), **fields}
        seal = {"owner": seal_of(owner), "unsent": ""}
        headers = {"referer": f"http://testserver{self.ADD}", "x-poll": "draft"}
        return int(client.post(self.ADD, typed | seal, headers=headers).status_code)

    def test_it_waits_on_its_page_and_on_the_desk(self, cast: Cast) -> None:
        client = browser(cast.officer)
        assert self.drafted(client, cast.officer, title="Stall at") == 204
        kept = KeptForm.objects.get()
        assert (kept.owner, kept.address, kept.page) == (cast.officer, self.ADD, self.ADD)
        for address in (self.ADD, at("desk")):
            assert f'href="{kept.back}"' in client.get(address).content.decode()
        offered = Controls(client.get(kept.back).content.decode()).offered
        assert (offered["title"], offered["kept"]) == ({"Stall at"}, {str(kept.pk)})
        assert not EngagementEvent.objects.exists()

    def test_it_is_one_for_each_new_thing_and_the_last_typed(self, cast: Cast) -> None:
        client, token = browser(cast.officer), str(uuid4())
        for title, of in (("St", token), ("Stall", token), ("Other", str(uuid4()))):
            self.drafted(client, cast.officer, title=title, token=of)
        titles = KeptForm.objects.values_list("fields__title", flat=True)
        assert sorted(titles) == [["Other"], ["Stall"]]

    def test_it_goes_when_the_form_is_sent(self, cast: Cast) -> None:
        client = browser(cast.officer)
        opened = Controls(client.get(self.ADD).content.decode()).offered
        [token], [kept] = opened["token"], opened["kept"]
        typed: dict[str, Any] = {"title": "Stall", "kind": "stall", "starts": "1430"}
        typed |= {"day_day": "1", "day_month": "2", "day_year": "2021", "where": "online"}
        for title in ("St", "Stall"):
            self.drafted(client, cast.officer, title=title, token=token, kept=kept)
            form = KeptForm.objects.get()
            assert (str(form.pk), form.fields["title"]) == (kept, [title])
        sent_whole = typed | {"token": token, "kept": kept, "borough": cast.a.pk}
        assert client.post(self.ADD, sent_whole).status_code == 302
        assert not KeptForm.objects.exists()
        assert EngagementEvent.objects.get().title == "Stall"

    def test_taken_up_again_and_left_again_it_is_still_there(self, cast: Cast) -> None:
        client, strict = browser(cast.officer), Client(enforce_csrf_checks=True)
        self.drafted(client, cast.officer)
        kept = KeptForm.objects.get()
        [token] = kept.fields["token"]
        fields = {"title": "Stall b", "token": token, "kept": kept.pk}
        fields |= {"owner": seal_of(cast.officer)}
        # As its session ends though it goes on after all, and with a sign-in of another tab.
        client.post(self.ADD, fields | {"unsent": ""})
        strict.force_login(cast.officer)
        strict.post(self.ADD, fields)
        assert KeptForm.objects.get().fields["title"] == ["Stall b"]

    def test_it_keeps_nobody_signed_in(self, cast: Cast) -> None:
        client = browser(cast.officer)
        with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
            before = client.session.get_expiry_date()
            assert self.drafted(client, cast.officer) == 204
            assert client.session.get_expiry_date() == before

    def test_after_the_session_it_is_kept_and_nothing_is_said(self, cast: Cast) -> None:
        assert self.drafted(Client(), cast.officer) == 204
        assert KeptForm.objects.get().owner == cast.officer

    def test_it_is_nobody_elses(self, cast: Cast) -> None:
        assert self.drafted(browser(cast.colleague), cast.officer) == 409
        assert not KeptForm.objects.exists()
        self.drafted(browser(cast.officer), cast.officer)
        kept = KeptForm.objects.get()
        other = browser(cast.colleague)
        assert kept.back not in other.get(self.ADD).content.decode()
        assert other.post(reverse("kept_form", args=[kept.pk])).status_code == 404
        assert KeptForm.objects.exists()

    def test_its_owner_removes_it(self, cast: Cast) -> None:
        client = browser(cast.officer)
        self.drafted(client, cast.officer)
        address = reverse("kept_form", args=[KeptForm.objects.get().pk])
        answer = client.post(address, headers={"referer": f"http://testserver{at('desk')}"})
        assert answer["Location"] == at("desk")
        assert not KeptForm.objects.exists()

    def test_a_choice_between_two_is_asked_again_when_it_is_taken_up_later(
        self, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, place="The station")
        address = reverse("partners:amend_event", args=[event.pk])
        client = browser(cast.officer)
        mine = form_at(client, address) | {"title": "Mine"}
        EngagementEvent.objects.update(title="Theirs")
        asked = as_asked(client.post(address, mine).context["form"])
        sent(Client(), address, **asked | {"owner": seal_of(cast.officer)})
        page = client.get(KeptForm.objects.get().back).content.decode()
        again = {name: sorted(values) for name, values in Controls(page).offered.items()}
        typed = mine | {"version": again["version"], "title": again["title"]}
        assert "seen" not in again
        conflicts = client.post(address, typed).context["form"].conflicts
        assert [(one.now, one.mine) for one in conflicts] == [("Theirs", "Mine")]
