"""The directory: found by need and place, kept by supervisors, its contacts seen by few."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from audit.models import LogRow
from core.days import london_day
from partners.models import Contact, Partner
from partners.presenters.directory import Entry
from tests.cases.pages import form_at
from tests.conftest import Cast
from tests.factories import (
    ContactFactory,
    EngagementEventFactory,
    ParticipationFactory,
    PartnerFactory,
    TrainingSessionFactory,
)
from tests.partners.pages import at, browser

pytestmark = pytest.mark.django_db

KEEPERS = ["supervisor", "force_supervisor", "administrator"]
READERS = ["officer", "outsider", "communications", "auditor"]


def names(client: Client, **asked: str) -> list[str]:
    return [
        entry.partner.name for entry in client.get(at("directory"), asked).context["page"].found
    ]


def today() -> date:
    return london_day(timezone.now())


def day(name: str, of: date) -> dict[str, int]:
    return {f"{name}_day": of.day, f"{name}_month": of.month, f"{name}_year": of.year}


def typed(**other: Any) -> dict[str, Any]:
    """An entry as a browser sends it."""
    return {
        "name": "Lantern Advocacy",
        "kind": "support",
        "phone": "020 7946 0024",
        "website": "https://lantern.example/",
        "offers": ["advocacy", "legal"],
        "languages": ["english"],
        **day("review_on", today() + timedelta(days=30)),
        **other,
    }


@pytest.fixture
def partner(cast: Cast) -> Partner:
    """One that works in A, with a contact."""
    made = PartnerFactory.create(
        name="Lantern Advocacy",
        slug="lantern",
        offers=["advocacy"],
        helps=["women"],
        languages=["french"],
        phone="020 7946 0024",
        review_on=today() + timedelta(days=1),
    )
    made.boroughs.set([cast.a])
    ContactFactory.create(partner=made)
    return made


class TestFinding:
    @pytest.fixture(autouse=True)
    def others(self, cast: Cast, partner: Partner) -> None:
        everywhere = PartnerFactory.create(name="All of London", london_wide=True)
        Partner.objects.filter(pk=everywhere.pk).update(offers=["legal"], languages=["french"])
        other = PartnerFactory.create(name="In B", offers=["advocacy"], helps=["men"])
        other.boroughs.set([cast.b])
        gone = PartnerFactory.create(name="Gone", retired_on=today(), offers=["advocacy"])
        gone.boroughs.set([cast.a])

    def test_ones_own_borough_is_chosen_at_first_and_those_nearby_come_first(
        self, cast: Cast
    ) -> None:
        assert names(browser(cast.officer)) == ["Lantern Advocacy", "All of London"]
        assert names(browser(cast.officer_of_b)) == ["In B", "All of London"]

    def test_of_several_boroughs_all_are_chosen_and_who_can_be_rung_is_first(
        self, cast: Cast
    ) -> None:
        cast.officer.boroughs.set([cast.a, cast.b])
        page = browser(cast.officer).get(at("directory"))
        assert page.context["page"].form["place"].value() == "own"
        assert "My boroughs: Barnet and Lambeth" in page.content.decode()
        assert names(browser(cast.officer)) == ["Lantern Advocacy", "In B", "All of London"]

    @pytest.mark.parametrize("role", ["force_supervisor", "outsider", "communications"])
    def test_whoever_has_no_borough_in_particular_sees_all(self, cast: Cast, role: str) -> None:
        found = names(browser(getattr(cast, role)))
        assert found == ["Lantern Advocacy", "In B", "All of London"]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"place": ""}, ["Lantern Advocacy", "In B", "All of London"]),
            ({"place": "barnet"}, ["In B", "All of London"]),
            ({"place": "", "need": "advocacy"}, ["Lantern Advocacy", "In B"]),
            ({"place": "", "whom": "women"}, ["Lantern Advocacy", "All of London"]),
            ({"place": "", "language": "french"}, ["Lantern Advocacy", "All of London"]),
            ({"place": "", "language": "english"}, ["In B"]),
            ({"need": "advocacy", "whom": "women", "language": "french"}, ["Lantern Advocacy"]),
            ({"need": "advocacy", "place": "barnet", "whom": "women"}, []),
        ],
    )
    def test_each_choice_narrows(self, cast: Cast, asked: dict[str, str], found: list[str]) -> None:
        assert names(browser(cast.officer), **asked) == found

    def test_outside_london_nobody_of_all_london_is_offered(self, cast: Cast) -> None:
        cast.b.in_london = False
        for empty in ("ons_code", "population", "population_year", "tile_row", "tile_col"):
            setattr(cast.b, empty, None)
        cast.b.save()
        assert names(browser(cast.officer), place="barnet") == ["In B"]

    @pytest.mark.parametrize("asked", [{"need": "magic"}, {"place": "atlantis"}, {"whom": "\0"}])
    def test_what_is_no_choice_shows_nobody_and_says_so(
        self, cast: Cast, asked: dict[str, str]
    ) -> None:
        answer = browser(cast.officer).get(at("directory"), asked)
        assert (answer.status_code, answer.context["page"].found) == (200, [])
        assert "There is a problem" in answer.content.decode()

    def test_where_nobody_fits_the_helplines_of_all_london_are_offered(self, cast: Cast) -> None:
        client, asked = browser(cast.officer), {"need": "fgm"}
        assert b"The directory has no helpline" in client.get(at("directory"), asked).content
        line = {"offers": ["helpline"], "phone": "020 7946 0042", "london_wide": True}
        PartnerFactory.create(name="For men", helps=["men"], **line)
        PartnerFactory.create(name="For women", helps=["women"], **line)
        PartnerFactory.create(name="Without a number", **line | {"phone": ""})
        PartnerFactory.create(name="Local", **line | {"london_wide": False})
        for whom, offered in (
            ("", ["For men", "For women"]),
            ("women", ["For women"]),
            ("children", ["For men", "For women"]),
        ):
            page = client.get(at("directory"), asked | {"whom": whom}).context["page"]
            assert [entry.partner.name for entry in page.helplines] == offered


class TestTheListItself:
    def test_the_number_can_be_rung(self, cast: Cast, partner: Partner) -> None:
        page = browser(cast.officer).get(at("directory")).content.decode()
        assert '<a class="govuk-link" href="tel:02079460024">020 7946 0024</a>' in page

    def test_no_contact_is_on_it_and_nothing_is_logged(self, cast: Cast, partner: Partner) -> None:
        logged = LogRow.objects.count()
        page = browser(cast.officer).get(at("directory")).content.decode()
        assert "Robin Field" not in page
        assert LogRow.objects.count() == logged + 1, "the sign-in alone"

    def test_twenty_cost_as_many_queries_as_one(self, cast: Cast, partner: Partner) -> None:
        client = browser(cast.supervisor)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                client.get(at("directory"))
            return len(queries)

        cost()
        one = cost()
        for _ in range(19):
            PartnerFactory.create().boroughs.set([cast.a])
        assert len(names(client)) == 20
        assert cost() == one


def doubts(**of_partner: Any) -> list[str]:
    made = PartnerFactory.build(**{"review_on": date(2026, 3, 2)} | of_partner)
    return Entry(made, date(2026, 3, 1)).doubts


def test_an_entry_that_may_be_wrong_says_why() -> None:
    checked = {"link_checked_at": timezone.now().replace(2026, 2, 25, 12)}
    assert doubts() == []
    assert doubts(link_result="answers", **checked) == []
    assert doubts(review_on=date(2026, 3, 1)) == ["It was due to be checked on 1 March 2026."]
    assert doubts(review_on=None) == ["Nobody has said when it is to be checked."]
    assert doubts(link_result="broken", **checked) == [
        "The website does not answer, as of 25 February 2026."
    ]
    assert doubts(link_result="moved", **checked) == [
        "The website leads to another site, as of 25 February 2026."
    ]


class TestOnePartner:
    @pytest.mark.parametrize("role", ["officer", "outsider", "supervisor", "administrator"])
    def test_contacts_are_shown_to_who_reads_records_and_logged_once(
        self, cast: Cast, partner: Partner, role: str
    ) -> None:
        client = browser(getattr(cast, role))
        before = LogRow.objects.count()
        assert b"Robin Field" in client.get(at("partner", "lantern")).content
        [row] = LogRow.objects.order_by("pk")[before:]
        assert (row.action, row.object_type, row.results, row.details) == (
            "search",
            "partners.contact",
            1,
            {"partner": "lantern"},
        )

    @pytest.mark.parametrize("role", ["communications", "auditor"])
    def test_and_to_nobody_else(self, cast: Cast, partner: Partner, role: str) -> None:
        client = browser(getattr(cast, role))
        before = LogRow.objects.count()
        page = client.get(at("partner", "lantern"))
        assert page.status_code == 200
        assert b"Robin Field" not in page.content
        assert LogRow.objects.count() == before

    def test_whether_they_may_be_named_has_its_date(self, cast: Cast, partner: Partner) -> None:
        client = browser(cast.communications)
        assert b"do not name them in public" in client.get(at("partner", "lantern")).content
        Partner.objects.update(may_be_named=True, may_be_named_since=date(2023, 5, 9))
        assert b"Agreed on 9 May 2023" in client.get(at("partner", "lantern")).content

    def test_the_last_event_is_one_that_was_held_and_that_they_may_see(
        self, cast: Cast, partner: Partner
    ) -> None:
        noon = timezone.now() - timedelta(days=9)

        def held(title: str, days: int, **of_event: Any) -> None:
            event = EngagementEventFactory.create(
                title=title, happened_at=noon + timedelta(days=days), **of_event
            )
            ParticipationFactory.create(event=event, partner=partner)

        now = timezone.now()
        void = {
            "voided_at": now + timedelta(hours=1),
            "voided_by": cast.officer,
            "void_reason": "Entered twice",
        }
        held("Earlier", 0, borough=cast.a)
        held("Last in A", 1, borough=cast.a)
        held("Void", 2, borough=cast.a, **void)
        held("Last of all", 3, borough=cast.b)
        for person, title in ((cast.officer, "Last in A"), (cast.supervisor, "Last of all")):
            page = browser(person).get(at("partner", "lantern")).context["page"]
            assert page.last_event.title == title
        assert (
            browser(cast.outsider).get(at("partner", "lantern")).context["page"].last_event is None
        )

    def test_the_training_that_they_delivered_counts_different_officers(
        self, cast: Cast, partner: Partner
    ) -> None:
        first = TrainingSessionFactory.create(
            partner=partner, borough=cast.a, officers_attended=30, officers_trained=20
        )
        TrainingSessionFactory.create(
            partner=partner,
            programme=first.programme,
            borough=cast.b,
            officers_attended=10,
            officers_trained=7,
        )
        for person, trained in ((cast.officer, 20), (cast.communications, 27)):
            page = browser(person).get(at("partner", "lantern")).context["page"]
            assert [row["trained"] for row in page.trained] == [trained]

    def test_another_is_not_found(self, cast: Cast, partner: Partner) -> None:
        assert browser(cast.officer).get(at("partner", "nobody")).status_code == 404


def kept_pages(partner: Partner) -> list[str]:
    contact = Contact.objects.get()
    return [
        at("due"),
        at("add_partner"),
        *(at(f"{what}_partner", "lantern") for what in ("amend", "retire", "restore")),
        at("partner_checked", "lantern"),
        at("add_contact", "lantern"),
        at("amend_contact", "lantern", contact.pk),
        at("remove_contact", "lantern", contact.pk),
    ]


class TestWhoKeepsIt:
    @pytest.mark.parametrize("role", READERS)
    def test_readers_are_refused_and_change_nothing(
        self, cast: Cast, partner: Partner, role: str
    ) -> None:
        client = browser(getattr(cast, role))
        for address in kept_pages(partner):
            assert {client.get(address).status_code, client.post(address).status_code} <= {403, 405}
        partner.refresh_from_db()
        assert (partner.retired_on, Contact.objects.count()) == (None, 1)

    def test_the_anonymous_are_led_to_sign_in(self, partner: Partner) -> None:
        for address in [*kept_pages(partner), at("directory"), at("partner", "lantern")]:
            for answer in (Client().get(address), Client().post(address)):
                if answer.status_code != 405:
                    assert answer["Location"].startswith("/sign-in/"), address

    @pytest.mark.parametrize("role", KEEPERS)
    def test_keepers_get_in(self, cast: Cast, partner: Partner, role: str) -> None:
        client = browser(getattr(cast, role))
        assert {client.get(address).status_code for address in kept_pages(partner)} == {200, 405}


@pytest.fixture
def keeper(cast: Cast) -> Client:
    return browser(cast.supervisor)


class TestKeeping:
    def test_an_entry_is_added_and_the_history_says_by_whom(
        self, cast: Cast, keeper: Client
    ) -> None:
        sent = typed(boroughs=[cast.a.pk], **day("may_be_named_since", date(2023, 5, 9)))
        assert keeper.post(at("add_partner"), sent)["Location"] == at("partner", "lantern-advocacy")
        made = Partner.objects.get()
        assert (made.name, made.kind, made.phone) == (
            "Lantern Advocacy",
            "support",
            "020 7946 0024",
        )
        assert (made.offers, made.helps, made.languages) == (["advocacy", "legal"], [], ["english"])
        assert (made.may_be_named, made.may_be_named_since) == (True, date(2023, 5, 9))
        assert list(made.boroughs.all()) == [cast.a]
        [event] = Partner.pgh_event_model.objects.all()  # type: ignore[attr-defined]
        assert event.pgh_context.metadata["user"] == cast.supervisor.pk

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"name": ""}, "Enter the name"),
            ({"kind": ""}, "Select a kind"),
            ({"phone": "ring us"}, "Enter a phone number, like 020 7946 0011"),
            ({"website": "ftp://x.example"}, "Enter a website, like https://www.example.org"),
            ({"website": "javascript:alert(1)"}, "Enter a website, like https://www.example.org"),
            ({"review_on_day": ""}, "The day to check it again must include a day"),
            ({"offers": ["magic"]}, "Select what they offer from the list"),
        ],
    )
    def test_a_wrong_one_is_told_what_to_do(
        self, keeper: Client, wrong: dict[str, Any], told: str
    ) -> None:
        page = keeper.post(at("add_partner"), typed(**wrong))
        assert told in page.content.decode()
        assert "There is a problem" in page.content.decode()
        assert not Partner.objects.exists()

    def test_a_name_is_there_once(self, keeper: Client, partner: Partner) -> None:
        assert b"already exists" in keeper.post(at("add_partner"), typed()).content
        assert Partner.objects.count() == 1

    @pytest.mark.parametrize(
        ("name", "slug"),
        [("Due", "due-2"), ("Add", "add-2"), ("Lantern", "lantern-2"), ("!", "partner")],
    )
    def test_an_address_is_free_and_no_page_of_the_directory(
        self, keeper: Client, partner: Partner, name: str, slug: str
    ) -> None:
        keeper.post(at("add_partner"), typed(name=name))
        assert Partner.objects.get(name=name).slug == slug

    def test_an_entry_is_corrected_and_keeps_its_address(
        self, cast: Cast, keeper: Client, partner: Partner
    ) -> None:
        checked = {"link_checked_at": timezone.now(), "link_result": "broken"}
        Partner.objects.update(website="https://old.example/", **checked)
        sent = typed(name="Lantern", boroughs=[cast.b.pk], london_wide="on")
        sent["version"] = form_at(keeper, at("amend_partner", "lantern"))["version"]
        assert keeper.post(at("amend_partner", "lantern"), sent).status_code == 302
        partner.refresh_from_db()
        assert (partner.name, partner.slug, partner.london_wide) == ("Lantern", "lantern", True)
        assert list(partner.boroughs.all()) == [cast.b]
        assert (partner.link_checked_at, partner.link_result) == (None, "")

    def test_the_same_website_keeps_what_was_found_of_it(
        self, keeper: Client, partner: Partner
    ) -> None:
        checked = {"link_checked_at": timezone.now(), "link_result": "answers"}
        Partner.objects.update(website="https://lantern.example/", **checked)
        version = form_at(keeper, at("amend_partner", "lantern"))["version"]
        sent = typed(version=version, hours="Mornings")
        assert keeper.post(at("amend_partner", "lantern"), sent).status_code == 302
        partner.refresh_from_db()
        assert partner.hours == "Mornings"
        assert partner.link_result == "answers"

    def test_whoever_corrects_has_checked_it(self, keeper: Client, partner: Partner) -> None:
        form = keeper.get(at("amend_partner", "lantern")).context["form"]
        assert form["review_on"].value() == today() + timedelta(days=182)
        keeper.post(at("partner_checked", "lantern"))
        partner.refresh_from_db()
        assert partner.review_on == today() + timedelta(days=182)

    def test_a_retired_one_is_not_offered_until_it_is_restored(
        self, keeper: Client, partner: Partner
    ) -> None:
        Partner.objects.update(review_on=today())
        keeper.post(at("retire_partner", "lantern"))
        assert names(keeper) == []
        assert b"Send nobody there" in keeper.get(at("partner", "lantern")).content
        due = keeper.get(at("due")).context["page"]
        assert (due.entries, due.retired) == ([], [partner])
        keeper.post(at("restore_partner", "lantern"))
        assert names(keeper) == ["Lantern Advocacy"]

    def test_what_is_due_is_said_and_listed(self, keeper: Client, partner: Partner) -> None:
        assert b"0 entries are" in keeper.get(at("directory")).content
        PartnerFactory.create(
            name="Broken",
            link_result="broken",
            link_checked_at=timezone.now(),
            website="https://x.example",
        )
        assert b"1 entry is" in keeper.get(at("directory")).content
        Partner.objects.filter(pk=partner.pk).update(review_on=today())
        page = keeper.get(at("due")).context["page"]
        assert [entry.partner.name for entry in page.entries] == ["Lantern Advocacy", "Broken"]

    def test_due_lists_twenty_at_the_cost_of_one(self, keeper: Client, partner: Partner) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                keeper.get(at("due"))
            return len(queries)

        Partner.objects.update(review_on=today())
        Contact.objects.update(review_on=today())
        cost()
        one = cost()
        for _ in range(19):
            ContactFactory.create(
                partner=PartnerFactory.create(review_on=today()), review_on=today()
            )
        assert cost() == one


class TestContacts:
    TYPED = {
        "name": "Ada Quill",
        "role": "Referrals lead",
        "email": "a.quill@lantern.example",
        "basis": "consent",
        **day("review_on", date(2027, 5, 9)),
    }

    def facts(self, contact: Contact) -> tuple[Any, ...]:
        return (contact.name, contact.role, contact.email, contact.basis, contact.review_on)

    EXPECTED = (
        "Ada Quill",
        "Referrals lead",
        "a.quill@lantern.example",
        "consent",
        date(2027, 5, 9),
    )

    def test_one_is_added(self, keeper: Client, partner: Partner) -> None:
        Contact.objects.all().delete()
        assert keeper.post(at("add_contact", "lantern"), self.TYPED).status_code == 302
        made = Contact.objects.get()
        assert (made.partner, self.facts(made)) == (partner, self.EXPECTED)

    def test_one_that_nobody_can_reach_is_refused(self, keeper: Client, partner: Partner) -> None:
        page = keeper.post(at("add_contact", "lantern"), self.TYPED | {"email": ""})
        assert b"Enter a work email or a work phone." in page.content
        assert Contact.objects.count() == 1

    def test_one_is_corrected_and_the_reading_logged(
        self, keeper: Client, partner: Partner
    ) -> None:
        contact, before = Contact.objects.get(), LogRow.objects.count()
        keeper.get(at("amend_contact", "lantern", contact.pk))
        [row] = LogRow.objects.order_by("pk")[before:]
        assert (row.action, row.object_type, row.object_id) == (
            "consultation",
            "partners.contact",
            str(contact.pk),
        )
        address = at("amend_contact", "lantern", contact.pk)
        typed = self.TYPED | {"version": form_at(keeper, address)["version"]}
        assert keeper.post(address, typed).status_code == 302
        assert self.facts(Contact.objects.get()) == self.EXPECTED

    def test_one_is_removed_for_good_after_a_question(
        self, cast: Cast, keeper: Client, partner: Partner
    ) -> None:
        contact = Contact.objects.get()
        address = at("remove_contact", "lantern", contact.pk)
        assert b"for good?" in keeper.get(address).content
        assert Contact.objects.count() == 1
        keeper.post(address)
        assert not Contact.objects.exists()
        row = LogRow.objects.order_by("pk").last()
        assert row is not None
        assert (row.action, row.object_id, row.actor, row.details) == (
            "erasure",
            str(contact.pk),
            cast.supervisor.username,
            {},
        )

    def test_that_of_another_partner_is_not_found(self, keeper: Client, partner: Partner) -> None:
        other = ContactFactory.create()
        for name in ("amend_contact", "remove_contact"):
            assert keeper.get(at(name, "lantern", other.pk)).status_code == 404
            assert keeper.post(at(name, "lantern", other.pk), self.TYPED).status_code == 404
        assert Contact.objects.filter(pk=other.pk, name="Robin Field").exists()


def test_the_permission_is_that_of_supervisors_and_administrators() -> None:
    may = {role for role in User.Role.values if User(role=role).may(Permission.KEEP_DIRECTORY)}
    assert may == {"supervisor", "administrator"}
