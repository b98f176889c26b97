"""Whatever is done to events, their partners and the links to confirm, in whatever order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from partners import actions
from partners.actions.links import (
    answer_confirmation,
    confirmation_of,
    make_confirmation,
    take_over_naming,
    withdraw_confirmation,
)
from partners.models import ConfirmationLink, EngagementEvent, Participation, Partner
from tests.factories import BoroughFactory, EngagementEventFactory, PartnerFactory, UserFactory


class Confirming(RuleBasedStateMachine):
    """A supervisor, three partners, and a clock that only goes on."""

    events = Bundle("events")
    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        # The database keeps its own clock, which may not be ahead of this one.
        self.start = timezone.now() + timedelta(minutes=1)
        self.clock = time_machine.travel(self.start, tick=False)
        self.coordinates = self.clock.start()
        self.by = UserFactory.create(role="supervisor", whole_force=True)
        self.borough = BoroughFactory.create()
        self.partners = PartnerFactory.create_batch(3)
        self.state: dict[int, tuple[str, bool]] = {}
        """What each event is, and whether it is void."""
        self.live: dict[tuple[int, int], str] = {}
        """The token that was told last for an event and a partner, if nothing has ended it."""
        self.until: dict[str, datetime] = {}
        self.said: dict[int, dict[str, Any]] = {}
        """Each answer, by its link."""
        self.named = dict.fromkeys([partner.pk for partner in self.partners], False)

    def teardown(self) -> None:
        self.clock.stop()

    @rule(target=events, hours=st.integers(-30, 30), who=st.sets(st.integers(0, 2)))
    def plan(self, hours: int, who: set[int]) -> EngagementEvent:
        event: EngagementEvent = EngagementEventFactory.create(
            borough=self.borough,
            happened_at=timezone.now() + timedelta(hours=hours, minutes=-5),
            status="planned",
            attendances=0,
            reach_method="",
        )
        self.join(event, who)
        self.state[event.pk] = ("planned", False)
        return event

    def join(self, event: EngagementEvent, who: set[int]) -> None:
        event.refresh_from_db()
        actions.amend_event(
            by=self.by,
            event=event,
            partners=[self.partners[one] for one in who],
            supporting_teams=[],
            title=f"{event.title}.",
        )

    @rule(event=events, who=st.sets(st.integers(0, 2)))
    def change_partners(self, event: EngagementEvent, who: set[int]) -> None:
        self.join(event, who)
        staying = {self.partners[one].pk for one in who}
        for key in [key for key in self.live if key[0] == event.pk and key[1] not in staying]:
            del self.live[key]
        links = set(ConfirmationLink.objects.values_list("pk", flat=True))
        self.said = {pk: answer for pk, answer in self.said.items() if pk in links}

    @rule(event=events, people=st.integers(0, 90))
    def hold(self, event: EngagementEvent, people: int) -> None:
        status, void = self.state[event.pk]
        if event.happened_at < self.start and status != "cancelled" and not void:
            counts = {"attendances": people, "reach_method": "clicker" if people else ""}
            actions.finish_event(by=self.by, event=event, **counts)
            self.state[event.pk] = ("done", void)

    @rule(event=events)
    def cancel(self, event: EngagementEvent) -> None:
        actions.cancel_event(by=self.by, event=event, reason="Snow")
        if self.state[event.pk] == ("planned", False):
            self.state[event.pk] = ("cancelled", False)

    @rule(event=events, back=st.booleans())
    def void(self, event: EngagementEvent, back: bool) -> None:
        if back:
            actions.restore_event(by=self.by, event=event)
        else:
            actions.void_event(by=self.by, event=event, reason="Twice")
        self.state[event.pk] = (self.state[event.pk][0], not back)

    @rule(target=tokens, event=events, who=st.integers(0, 2))
    def ask(self, event: EngagementEvent, who: int) -> str:
        part = Participation.objects.filter(event=event, partner=self.partners[who]).first()
        if part is None:
            return "none"
        link, token = make_confirmation(by=self.by, participation=part)
        self.live[event.pk, part.partner_id] = token
        self.until[token] = link.expires_at
        return token

    @rule(event=events, who=st.integers(0, 2))
    def withdraw(self, event: EngagementEvent, who: int) -> None:
        partner = self.partners[who]
        for link in ConfirmationLink.objects.filter(
            participation__event=event, participation__partner=partner
        ):
            withdraw_confirmation(by=self.by, link=link)
        self.live.pop((event.pk, partner.pk), None)

    @rule(token=tokens, attended=st.booleans(), people=st.integers(0, 90), named=st.booleans())
    def answer(self, token: str, attended: bool, people: int, named: bool) -> None:
        said: dict[str, Any] = {"attended": attended, "attendances": people, "may_be_named": named}
        link = confirmation_of(token)
        opens = self.opens(token)
        assert (link is not None) is opens
        assert answer_confirmation(token=token, **said) is opens
        if link is not None:
            self.said[link.pk] = said
            part = link.participation
            del self.live[part.event_id, part.partner_id]

    def opens(self, token: str) -> bool:
        """Whether a link can be answered now, by the model."""
        for (event, _), told in self.live.items():
            if told == token:
                status, void = self.state[event]
                begun = EngagementEvent.objects.get(pk=event).happened_at <= timezone.now()
                in_time = timezone.now() < self.until[token]
                return begun and in_time and status != "cancelled" and not void
        return False

    @rule(data=st.data())
    def put_into_the_directory(self, data: st.DataObject) -> None:
        if self.said:
            pk = data.draw(st.sampled_from(sorted(self.said)))
            link = ConfirmationLink.objects.get(pk=pk)
            take_over_naming(by=self.by, link=link)
            self.named[link.participation.partner_id] = self.said[pk]["may_be_named"]

    @rule(hours=st.sampled_from([1, 20, 24 * 13, 24 * 15]))
    def wait(self, hours: int) -> None:
        self.coordinates.shift(timedelta(hours=hours))

    @invariant()
    def one_link_at_most_is_open_for_each_part(self) -> None:
        open_still = ConfirmationLink.objects.filter(answered_at=None, withdrawn_at=None)
        parts = list(open_still.values_list("participation", flat=True))
        assert len(parts) == len(set(parts))
        keys = set(open_still.values_list("participation__event", "participation__partner"))
        assert keys == set(self.live)

    @invariant()
    def answers_are_kept_as_they_were_given(self) -> None:
        answered = ConfirmationLink.objects.filter(answered_at__isnull=False)
        names = ("attended", "attendances", "may_be_named")
        assert {
            one["pk"]: {name: one[name] for name in names} for one in answered.values("pk", *names)
        } == self.said

    @invariant()
    def the_directory_says_what_was_put_there(self) -> None:
        assert dict(Partner.objects.values_list("pk", "may_be_named")) == self.named

    @invariant()
    def an_answer_changes_no_event(self) -> None:
        rows = EngagementEvent.objects.values_list("pk", "status", "voided_at", "counted")
        assert {pk: (status, void is not None) for pk, status, void, _ in rows} == self.state
        counting = {pk for pk, state in self.state.items() if state == ("done", False)}
        assert {pk for pk, _, _, counted in rows if counted} == counting


@pytest.mark.django_db
def test_confirming_keeps_its_rules_whatever_happens() -> None:
    class Once(Confirming):
        """Each run in a transaction of its own, that leaves nothing."""

        def __init__(self) -> None:
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    run_state_machine_as_test(
        Once,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
