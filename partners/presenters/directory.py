"""The directory, and the page of one partner."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Max, Q, QuerySet, Sum
from django.http import QueryDict

from accounts.history import Change, history, joined, latest_first
from accounts.models import User
from core.days import london_day
from core.templatetags.page import listed, long_day, lower_first
from partners.choices import Helped, Language, LinkResult, Service
from partners.forms.directory import FindForm
from partners.models import Contact, EngagementEvent, Partner, PartnerBorough, TrainingSession

OFFERS, HELPS, LANGUAGES = dict(Service.choices), dict(Helped.choices), dict(Language.choices)
CHECK_EVERY = timedelta(days=182)
"""How long an entry is taken to be right, where nobody says otherwise."""


@dataclass(frozen=True)
class Entry:
    """A partner in the words of a page."""

    partner: Partner
    today: date

    @property
    def tel(self) -> str:
        """The number as a phone dials it."""
        return "".join(sign for sign in self.partner.phone if sign.isdigit() or sign == "+")

    @property
    def offers(self) -> str:
        return in_one(OFFERS, self.partner.offers)

    @property
    def helps(self) -> str:
        return in_one(HELPS, self.partner.helps) or "Anyone"

    @property
    def languages(self) -> str:
        return listed([LANGUAGES[code] for code in self.partner.languages])

    @property
    def where(self) -> str:
        if self.partner.london_wide:
            return "All of London"
        return listed(list(self.partner.boroughs.all())) or "No borough is given"

    @property
    def doubts(self) -> list[str]:
        """Why the entry may no longer be right."""
        partner, said = self.partner, []
        if partner.review_on is None:
            said.append("Nobody has said when it is to be checked.")
        elif partner.review_on <= self.today:
            said.append(f"It was due to be checked on {long_day(partner.review_on)}.")
        if partner.link_checked_at and partner.link_result != LinkResult.ANSWERS:
            what = lower_first(str(LinkResult(partner.link_result).label))
            day = long_day(london_day(partner.link_checked_at))
            said.append(f"The website {what}, as of {day}.")
        return said


def in_one(labels: dict[str, str], codes: list[str]) -> str:
    """Labels of which some hold an "and" of their own, in one line."""
    words = "; ".join(lower_first(labels[code]) for code in codes)
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class DirectoryPage:
    """Whom somebody can be sent to; where nobody fits, the helplines that serve all of London."""

    asked: QueryDict
    user: User
    today: date

    @cached_property
    def form(self) -> FindForm:
        return FindForm(self.asked, user=self.user)

    @cached_property
    def found(self) -> list[Entry]:
        """Those nearby first, and of those the ones that can be rung."""
        rows = self.form.chosen(Partner.objects.current()).alias(silent=Q(phone=""))
        rows = rows.order_by("london_wide", "silent", "name")
        return self._entries(rows)

    @cached_property
    def helplines(self) -> list[Entry]:
        lines = Partner.objects.current().offering(Service.HELPLINE).exclude(phone="")
        rows = lines.filter(london_wide=True)
        whom = self.form.cleaned_data.get("whom") if self.form.is_valid() else ""
        for_them = rows.helping(whom) if whom else rows
        return self._entries(for_them) or self._entries(rows)

    @property
    def due(self) -> int:
        return Partner.objects.stale_on(self.today).count()

    def _entries(self, rows: "QuerySet[Partner]") -> list[Entry]:
        return [Entry(partner, self.today) for partner in rows.prefetch_related("boroughs")]


@dataclass(frozen=True)
class DuePage:
    """What is to be checked, the longest due first; and who is no longer offered."""

    user: User
    today: date

    @cached_property
    def entries(self) -> list[Entry]:
        rows = Partner.objects.stale_on(self.today).order_by("review_on", "name")
        return [Entry(partner, self.today) for partner in rows]

    @cached_property
    def people(self) -> list[Contact]:
        rows = Contact.objects.visible_to(self.user).due_for_review(self.today)
        return list(rows.select_related("partner").order_by("review_on", "partner__name", "name"))

    @cached_property
    def retired(self) -> list[Partner]:
        return list(Partner.objects.exclude(retired_on=None).order_by("name"))


@dataclass(frozen=True)
class PartnerPage(Entry):
    """One organisation: whom to ring, how to refer, and what the force did together with it."""

    user: User

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        partner = self.partner
        yield "Kind", partner.get_kind_display()
        yield "What they offer", self.offers or "Not given"
        yield "Who they help", self.helps
        yield "Where", self.where
        yield "Languages", self.languages or "Not given"
        yield "Named in public", self._agreement
        yield "To be checked", long_day(partner.review_on) if partner.review_on else "Not given"

    @property
    def _agreement(self) -> str:
        since = self.partner.may_be_named_since
        return f"Agreed on {long_day(since)}" if since else "Not agreed: do not name them in public"

    @cached_property
    def changes(self) -> list[Change]:
        """What became of the entry; of its contacts no history is kept."""
        both = [
            *joined(PartnerBorough, "borough", "Borough", partner=self.partner),
            *history(self.partner, self.user),
        ]
        return latest_first(both[::-1])

    @cached_property
    def people(self) -> list[Contact]:
        """For those alone who may see them."""
        return list(Contact.objects.visible_to(self.user).filter(partner=self.partner))

    @cached_property
    def last_event(self) -> EngagementEvent | None:
        """The last that was held with them and that this person may see."""
        rows = EngagementEvent.objects.visible_to(self.user).counted()
        held = rows.filter(participations__partner=self.partner)
        return held.select_related("borough").order_by("-happened_at").first()

    @cached_property
    def trained(self) -> list[dict[str, object]]:
        """The training that they delivered, by programme, as far as this person may see it."""
        rows = TrainingSession.objects.visible_to(self.user).counted().filter(partner=self.partner)
        of_programmes = rows.order_by("programme__name").values(
            "programme__name", "programme__slug"
        )
        return list(
            of_programmes.annotate(trained=Sum("officers_trained"), last_day=Max("day")).order_by(
                "programme__name"
            )
        )
