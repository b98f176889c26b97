"""A partner's answer by a link: asked for, given once, shown beside what the force entered."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.changes import about, changes
from audit.models import LogRow
from core.days import london_day
from partners.models import ConfirmationLink, EngagementEvent, Participation, Partner
from partners.models.link import digest_of
from partners.presenters.links import Confirmations
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    NOON,
    ConfirmationLinkFactory,
    ContactFactory,
    EngagementEventFactory,
    ParticipationFactory,
    PartnerFactory,
)

pytestmark = pytest.mark.django_db
ANSWER = {"attended": "yes", "attendances": "45", "may_be_named": "yes"}


@pytest.fixture
def part(cast: Cast) -> Participation:
    """Refuge at a stall in Lambeth where 40 were counted."""
    event = EngagementEventFactory.create(
        title="Stall at the station", place="London Bridge Station", borough=cast.a
    )
    made: Participation = ParticipationFactory.create(
        event=event, partner=PartnerFactory.create(name="Refuge")
    )
    return made


def at(name: str, row: Model) -> str:
    return reverse(f"partners:{name}", args=[row.pk])


def made_by(user: User, part: Participation) -> str:
    """The address of a new link, as its maker is shown it."""
    page = browser(user).post(at("make_link", part))
    assert page.status_code == 200, page
    address: str = page.context["link_address"]
    assert address in page.content.decode()
    return address


def token_in(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def opened(address: str, client: Client | None = None) -> Any:
    """What a partner's browser shows at the end of the way."""
    return (client or Client()).get(address, follow=True)


def answered(address: str, client: Client | None = None, **changed: Any) -> Any:
    """What it shows once the form is filled in and sent."""
    client = client or Client()
    form = opened(address, client).context["form"]
    sent = {**ANSWER, "credential": form["credential"].value(), **changed}
    return client.post(reverse("partners:confirm"), sent)


class TestThePartnersPage:
    def test_it_shows_the_event_its_day_its_place_and_the_partner_and_asks(
        self, cast: Cast, part: Participation
    ) -> None:
        page = opened(made_by(cast.officer, part))
        assert page.status_code == 200
        assert list(page.context["asked"].rows) == [
            ("Event", "Stall at the station"),
            ("Day", "25 November 2021"),
            ("Place", "London Bridge Station"),
            ("Your organisation", "Refuge"),
        ]
        assert [field.label for field in page.context["form"].visible_fields()] == [
            "Did Refuge take part?",
            "How many people did you count there?",
            "May the police name Refuge in public?",
        ]

    def test_the_answer_is_kept_and_thanked_for(self, cast: Cast, part: Participation) -> None:
        before = timezone.now()
        page = answered(made_by(cast.officer, part))
        assert (page.status_code, b"Your answer was sent" in page.content) == (200, True)
        link = ConfirmationLink.objects.get()
        assert (link.attended, link.attendances, link.may_be_named) == (True, 45, True)
        assert link.answered_at is not None
        assert before <= link.answered_at <= timezone.now()

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ({"attendances": ""}, (True, None, True)),
            ({"attendances": "0", "may_be_named": "no"}, (True, 0, False)),
            ({"attended": "no", "attendances": ""}, (False, None, True)),
            ({"attendances": "1000000"}, (True, 1_000_000, True)),
        ],
    )
    def test_each_answer_that_can_be_given(
        self, cast: Cast, part: Participation, sent: dict[str, Any], kept: tuple[Any, ...]
    ) -> None:
        answered(made_by(cast.officer, part), **sent)
        link = ConfirmationLink.objects.get()
        assert (link.attended, link.attendances, link.may_be_named) == kept

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            ({"attended": ""}, {"attended": ["Select yes if you took part"]}),
            ({"may_be_named": ""}, {"may_be_named": ["Select yes if you may be named"]}),
            (
                {"attendances": "many"},
                {"attendances": ["The number of people must be a whole number, like 40"]},
            ),
            (
                {"attendances": "-1"},
                {"attendances": ["The number of people must be 0 or more"]},
            ),
            (
                {"attendances": "1000001"},
                {"attendances": ["The number of people must be 1,000,000 or fewer"]},
            ),
            (
                {"attended": "no"},
                {"attendances": ["Leave the number empty, or select that you took part"]},
            ),
        ],
    )
    def test_an_unfinished_answer_is_asked_for_again_and_the_link_is_not_used(
        self, cast: Cast, part: Participation, sent: dict[str, Any], told: dict[str, list[str]]
    ) -> None:
        address, client = made_by(cast.officer, part), Client()
        page = answered(address, client, **sent)
        assert (page.status_code, page.context["form"].errors) == (200, told)
        assert ConfirmationLink.objects.get().answered_at is None
        assert b"Your answer was sent" in answered(address, client).content

    def test_two_links_open_at_once_each_answer_their_own_question(
        self, cast: Cast, part: Participation
    ) -> None:
        other: Participation = ParticipationFactory.create(event__borough=cast.a)
        client, one, two = Client(), made_by(cast.officer, part), made_by(cast.officer, other)
        first = opened(one, client).context["form"]["credential"].value()
        opened(two, client)
        client.post(reverse("partners:confirm"), ANSWER | {"credential": first})
        [link] = ConfirmationLink.objects.exclude(answered_at=None)
        assert link.participation == part


class TestMakingALink:
    def test_the_token_is_shown_once_and_only_its_digest_kept(
        self, cast: Cast, part: Participation
    ) -> None:
        token = token_in(made_by(cast.officer, part))
        link = ConfirmationLink.objects.get()
        assert (link.digest, link.made_by, link.contact) == (digest_of(token), cast.officer, None)
        assert link.expires_at - link.made_at > timedelta(days=13, hours=23)
        assert london_day(link.expires_at) == london_day(timezone.now()) + timedelta(days=14)
        page = browser(cast.officer).get(at("links", part.event))
        assert token not in page.content.decode()

    def test_a_new_link_withdraws_the_open_one_of_that_partner_alone(
        self, cast: Cast, part: Participation
    ) -> None:
        other: Participation = ParticipationFactory.create(event=part.event)
        first, others = made_by(cast.officer, part), made_by(cast.officer, other)
        second = made_by(cast.colleague, part)
        assert [opened(one).status_code for one in (first, second, others)] == [404, 200, 200]

    def test_an_answer_stays_when_a_new_link_is_made(self, cast: Cast, part: Participation) -> None:
        answered(made_by(cast.officer, part))
        answered(made_by(cast.officer, part), attendances="50")
        assert list(ConfirmationLink.objects.values_list("attendances", "withdrawn_at")) == [
            (50, None),
            (45, None),
        ]

    def test_it_can_be_withdrawn(self, cast: Cast, part: Participation) -> None:
        address = made_by(cast.officer, part)
        link = ConfirmationLink.objects.get()
        assert browser(cast.colleague).post(at("withdraw_link", link)).status_code == 302
        assert opened(address).status_code == 404
        link.refresh_from_db()
        assert link.withdrawn_at is not None

    def test_an_answer_cannot_be_withdrawn(self, cast: Cast, part: Participation) -> None:
        answered(made_by(cast.officer, part))
        link = ConfirmationLink.objects.get()
        browser(cast.officer).post(at("withdraw_link", link))
        link.refresh_from_db()
        assert (link.withdrawn_at, link.attended) == (None, True)

    @pytest.mark.parametrize(
        "state",
        [
            {"happened_at": timezone.now() + timedelta(days=1), "status": "planned"},
            {"status": "cancelled"},
            {"voided_at": timezone.now() + timedelta(days=1), "void_reason": "Twice"},
        ],
    )
    def test_only_an_event_that_began_and_stands_can_be_confirmed(
        self, cast: Cast, part: Participation, state: dict[str, Any]
    ) -> None:
        address = made_by(cast.officer, part)
        none = {"attendances": 0, "reach_method": ""} if "status" in state else {}
        who = {"voided_by": cast.officer} if "voided_at" in state else {}
        EngagementEvent.objects.filter(pk=part.event_id).update(**none, **who, **state)
        assert browser(cast.officer).post(at("make_link", part)).status_code == 403
        page = browser(cast.officer).get(at("links", part.event)).content.decode()
        assert "Make a new link" not in page
        assert opened(address).status_code == 404


class TestByEmail:
    def test_a_contact_gets_the_link_and_nothing_of_the_event(
        self, cast: Cast, part: Participation
    ) -> None:
        contact = ContactFactory.create(partner=part.partner, name="Ada Quill", email="ada@x.org")
        page = browser(cast.officer).post(at("make_link", part), {"to": contact.pk}, follow=True)
        assert b"Link sent to Ada Quill." in page.content
        message: Any
        [message] = mail.outbox
        assert (message.to, message.subject) == (
            ["ada@x.org"],
            "OFFICIAL-SENSITIVE: please confirm that you took part",
        )
        link = ConfirmationLink.objects.get()
        assert link.contact == contact
        html = str(message.alternatives[0][0])
        for body in (str(message.body), html):
            address = body.partition("http://")[2].split()[0].split('"')[0]
            assert digest_of(token_in(address)) == link.digest
            for word in ("Stall", "station", "London Bridge", "Refuge", "Ada", "Person"):
                assert word not in body
        assert token_in(address) not in page.content.decode()
        assert token_in(address) not in str(message.message()["Message-ID"])

    def test_that_contacts_were_shown_is_logged(self, cast: Cast, part: Participation) -> None:
        ContactFactory.create(partner=part.partner, name="Ada Quill")
        for person, shown in ((cast.officer, True), (cast.communications, False)):
            page = browser(person).get(at("links", part.event)).content.decode()
            assert ("Ada Quill" in page) is shown
        [row] = LogRow.objects.filter(action="search")
        assert (row.actor, row.object_type, row.results, row.details) == (
            *(cast.officer.username, "partners.contact", 1),
            {"event": str(part.event_id)},
        )

    def test_only_the_partners_own_contacts_with_an_email_can_be_chosen(
        self, cast: Cast, part: Participation
    ) -> None:
        others = ContactFactory.create()
        by_phone = ContactFactory.create(partner=part.partner, email="", phone="020 7946 0000")
        for odd in (others.pk, by_phone.pk, "x", "9" * 30, "\0"):
            page = browser(cast.officer).post(at("make_link", part), {"to": odd}, follow=True)
            assert "Select one of the partner’s contacts" in page.content.decode()
        assert not ConfirmationLink.objects.exists()
        assert mail.outbox == []

    def test_a_mail_that_cannot_be_sent_leaves_no_open_link(
        self, cast: Cast, part: Participation, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.Down"
        contact = ContactFactory.create(partner=part.partner)
        page = browser(cast.officer).post(at("make_link", part), {"to": contact.pk}, follow=True)
        assert b"The email could not be sent." in page.content
        assert ConfirmationLink.objects.get().withdrawn_at is not None

    def test_where_no_mail_is_sent_no_contact_is_offered(
        self, cast: Cast, part: Participation, settings: Settings
    ) -> None:
        contact = ContactFactory.create(partner=part.partner)
        page = Confirmations(part.event, cast.officer)
        assert [one.contacts for one in page.parts] == [[contact]]
        assert Confirmations(part.event, cast.communications).people == []
        settings.MAILS_ON = False
        page = Confirmations(part.event, cast.officer)
        assert [one.contacts for one in page.parts] == [[]]


class Down(BaseEmailBackend):
    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError


class TestBesideWhatTheForceEntered:
    def test_the_answer_changes_nothing_of_the_event_or_the_partner(
        self, cast: Cast, part: Participation
    ) -> None:
        before = (EngagementEvent.objects.values().get(), Partner.objects.values().get())
        answered(made_by(cast.officer, part))
        assert (EngagementEvent.objects.values().get(), Partner.objects.values().get()) == before

    @pytest.mark.parametrize(
        ("counted", "status", "words"),
        [
            (45, "done", "45, 40 entered"),
            (40, "done", "40, the same as entered"),
            (None, "done", "Gave no number"),
            (1500, "planned", "1,500"),
        ],
    )
    def test_the_numbers_stand_side_by_side(
        self, cast: Cast, part: Participation, counted: int | None, status: str, words: str
    ) -> None:
        if status == "planned":
            EngagementEvent.objects.update(status=status, attendances=0, reach_method="")
            part.event.refresh_from_db()
        ConfirmationLinkFactory.create(
            participation=part,
            answered_at=NOON,
            attended=True,
            attendances=counted,
            may_be_named=False,
        )
        [answer] = Confirmations(part.event, cast.officer).answers
        assert (answer.attended, answer.counted, answer.naming, answer.when) == (
            *("Yes", words, "Not to be named"),
            "midday on Thursday 25 November 2021",
        )

    def test_the_page_costs_as_much_with_one_answer_as_with_twenty(
        self, cast: Cast, part: Participation, django_assert_num_queries: Any
    ) -> None:
        client = browser(cast.supervisor)
        event = part.event
        ConfirmationLinkFactory.create(participation=part, answered=True)
        client.get(at("links", event))
        # Where there are contacts, one more says that they were shown.
        for more, queries in ((0, 8), (19, 9)):
            for _ in range(more):
                one = ParticipationFactory.create(event=event)
                ConfirmationLinkFactory.create(participation=one, answered=True)
                ContactFactory.create(partner=one.partner)
            with django_assert_num_queries(queries):
                assert client.get(at("links", event)).status_code == 200


class TestTakingOver:
    def take_over(self, user: User, link: ConfirmationLink) -> Any:
        return browser(user).post(at("take_over", link), follow=True)

    def test_a_supervisor_puts_an_agreement_into_the_directory(
        self, cast: Cast, part: Participation
    ) -> None:
        link = ConfirmationLinkFactory.create(participation=part, answered=True)
        page = browser(cast.supervisor).get(at("links", part.event)).content.decode()
        assert "Record that Refuge agrees to be named" in page
        page = self.take_over(cast.supervisor, link).content.decode()
        assert "The directory now says what Refuge said." in page
        assert "Record that" not in page
        partner = Partner.objects.get()
        assert (partner.may_be_named, partner.may_be_named_since) == (True, date(2021, 11, 26))

    def test_and_a_refusal(self, cast: Cast, part: Participation) -> None:
        Partner.objects.update(may_be_named=True, may_be_named_since=date(2020, 1, 1))
        link = ConfirmationLinkFactory.create(
            participation=part, answered_at=NOON, attended=True, may_be_named=False
        )
        page = browser(cast.supervisor).get(at("links", part.event)).content.decode()
        assert "Record that Refuge does not agree to be named" in page
        self.take_over(cast.supervisor, link)
        partner = Partner.objects.get()
        assert (partner.may_be_named, partner.may_be_named_since) == (False, None)

    def test_not_where_the_partner_has_said_otherwise_since(
        self, cast: Cast, part: Participation
    ) -> None:
        link = ConfirmationLinkFactory.create(participation=part, answered=True)
        ConfirmationLinkFactory.create(
            participation=ParticipationFactory.create(partner=part.partner, event__borough=cast.b),
            answered_at=NOON + timedelta(days=2),
            attended=True,
            may_be_named=False,
        )
        page = self.take_over(cast.supervisor, link).content.decode()
        assert "the partner said more since" in page
        assert not Partner.objects.get().may_be_named

    def test_not_where_the_directory_knows_of_a_later_agreement(
        self, cast: Cast, part: Participation
    ) -> None:
        Partner.objects.update(may_be_named=True, may_be_named_since=NOON.date())
        link = ConfirmationLinkFactory.create(
            participation=part,
            made_at=NOON - timedelta(days=3),
            answered_at=NOON - timedelta(days=1),
            attended=True,
            may_be_named=False,
        )
        self.take_over(cast.supervisor, link)
        assert Partner.objects.get().may_be_named

    def test_not_before_there_is_an_answer(self, cast: Cast, part: Participation) -> None:
        link = ConfirmationLinkFactory.create(participation=part)
        self.take_over(cast.supervisor, link)
        assert not Partner.objects.get().may_be_named

    def test_an_officer_cannot(self, cast: Cast, part: Participation) -> None:
        link = ConfirmationLinkFactory.create(participation=part, answered=True)
        page = browser(cast.officer).get(at("links", part.event)).content.decode()
        assert "Record that" not in page
        assert self.take_over(cast.officer, link).status_code == 403
        assert not Partner.objects.get().may_be_named


WRITING = ["make_link", "withdraw_link", "take_over"]


def writing(client: Client, link: ConfirmationLink) -> dict[str, int]:
    """What each of the pages that change something answers."""
    rows: dict[str, Model] = dict.fromkeys(WRITING, link) | {"make_link": link.participation}
    return {name: client.post(at(name, row)).status_code for name, row in rows.items()}


class TestWhoMay:
    @pytest.mark.parametrize("role", ["communications", "auditor", "administrator"])
    def test_whoever_only_reads_sees_answers_and_asks_nobody(
        self, cast: Cast, part: Participation, role: str
    ) -> None:
        link = ConfirmationLinkFactory.create(participation=part, answered=True)
        client = browser(getattr(cast, role))
        page = client.get(at("links", part.event))
        main = page.content.decode().partition("<main")[2].partition("</main>")[0]
        assert (page.status_code, "40, the same as entered" in main) == (200, True)
        assert "<button" not in main
        assert writing(client, link) == dict.fromkeys(WRITING, 403)

    def test_an_officer_elsewhere_does_not_know_of_it(
        self, cast: Cast, part: Participation
    ) -> None:
        link = ConfirmationLinkFactory.create(participation=part)
        client = browser(cast.officer_of_b)
        assert client.get(at("links", part.event)).status_code == 404
        assert writing(client, link) == {
            "make_link": 404,
            "withdraw_link": 404,
            "take_over": 403,
        }

    def test_a_supervisor_elsewhere_only_reads(self, cast: Cast, part: Participation) -> None:
        EngagementEvent.objects.update(borough=cast.b)
        link = ConfirmationLinkFactory.create(participation=part, answered=True)
        client = browser(cast.supervisor)
        assert client.get(at("links", part.event)).status_code == 200
        assert writing(client, link) == dict.fromkeys(WRITING, 403)

    def test_the_anonymous_are_led_to_sign_in(self, part: Participation) -> None:
        link = ConfirmationLinkFactory.create(participation=part)
        assert writing(Client(), link) == dict.fromkeys(WRITING, 302)
        assert Client().get(at("links", part.event)).status_code == 302
        for name in WRITING:
            assert Client().get(at(name, link)).status_code == 405


class TestLogged:
    def test_made_withdrawn_and_answered_are_in_the_record_of_the_event(
        self, cast: Cast, part: Participation
    ) -> None:
        made_by(cast.officer, part)
        answered(made_by(cast.colleague, part))
        found = [
            (change.label, change.user, change.fields)
            for change in changes(about(EngagementEvent, part.event_id))
            if change.object_type == "partners.confirmationlink"
        ]
        assert found == [
            ("insert", cast.officer.pk, []),
            ("update", cast.colleague.pk, ["withdrawn at"]),
            ("insert", cast.colleague.pk, []),
            (
                *("update", None),
                [
                    *("answered at", "they took part", "attendances they counted"),
                    "they may be named in public",
                ],
            ),
        ]

    def test_making_one_is_a_disclosure_to_the_partner(
        self, cast: Cast, part: Participation
    ) -> None:
        token = token_in(made_by(cast.officer, part))
        row = LogRow.objects.get(action="disclosure")
        assert (row.object_type, row.object_id, row.recipient, row.details) == (
            *("partners.engagementevent", str(part.event_id), "Refuge"),
            {"link": ConfirmationLink.objects.get().pk},
        )
        assert token not in str(list(LogRow.objects.values()))
