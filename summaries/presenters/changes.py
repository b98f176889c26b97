"""What changed: figures of days already counted that the nightly check found to be others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from accounts.models import User
from campaigns.models import Campaign
from core.days import london_day
from core.pages import Page, keyset_page
from summaries.asked import Asked, Place
from summaries.figures import By
from summaries.forms import ChangesForm
from summaries.measures import BY_SLUG, STORED, Measure
from summaries.models import Restatement, SummaryRun
from summaries.presenters.parts import Freshness, part_labels
from summaries.querysets import RestatementQuerySet

ORDER = ("run_id", "day", "borough_id", "pk")


class Change(NamedTuple):
    """One line: a figure before and after, and where what it counts now is shown."""

    line: Restatement
    measure: Measure
    part: str
    address: str

    @property
    def by(self) -> int:
        return self.line.after - self.line.before


@dataclass(frozen=True)
class ChangesPage:
    """The ledger of a campaign's days, as far as a person sees figures of its boroughs."""

    campaign: Campaign
    form: ChangesForm
    place: Place
    by: By
    lines: RestatementQuerySet
    page: Page[Restatement]
    labels: Callable[[Measure], Mapping[str, str]]
    freshness: Freshness
    begun: bool

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        place: Place,
        user: User,
        form: ChangesForm,
        cursor: str,
        now: datetime,
    ) -> "ChangesPage":
        """ValueError where there is no page of that name."""
        lines = restated(campaign, place, user).select_related("run", "borough")
        said = form.cleaned_data if form.is_valid() else {}
        by = By(said.get("by", ""))
        lines = lines.filter(slice=by.slice)
        if by:
            parted = [m.slug for m in STORED if m.source.broken_down_by(by.slice)]
            lines = lines.filter(measure__in=parted)
        if said.get("borough"):
            lines = lines.filter(borough__slug=said["borough"])
        if said.get("measure"):
            lines = lines.filter(measure=said["measure"])
        return cls(
            campaign=campaign,
            form=form,
            place=place,
            by=by,
            lines=lines,
            page=keyset_page(lines, ORDER, cursor),
            labels=part_labels(by),
            freshness=Freshness.now(now),
            begun=campaign.first_day <= london_day(now),
        )

    @property
    def nights(self) -> Iterator[tuple[SummaryRun, list[Change]]]:
        """The lines of the page by the run that found them, newest first."""
        for run, lines in groupby(self.page.rows, key=lambda line: line.run):
            yield run, [self._change(line) for line in lines]

    @property
    def every(self) -> Iterator[Change]:
        """The lines of all pages, newest first."""
        lines = self.lines.order_by(*(f"-{name}" for name in ORDER))
        return map(self._change, lines.iterator())

    def _change(self, line: Restatement) -> Change:
        measure = BY_SLUG[line.measure]
        asked = Asked(self.campaign, measure, self.campaign.days, self.place)
        asked = asked.on(line.day).within(line.borough)
        part = ""
        if line.slice:
            part = self.labels(measure).get(line.key, line.key) or "Not stated"
            asked = asked.broken(By(line.slice), line.key, part)
        return Change(line, measure, part, asked.address)

    @property
    def chosen(self) -> Iterator[tuple[str, str]]:
        """Which lines, in the words of the form."""
        said = self.form.cleaned_data if self.form.is_valid() else {}
        fields: Mapping[str, Any] = self.form.fields
        for name, field in fields.items():
            if said.get(name):
                yield field.label, dict(field.choices)[said[name]]

    @property
    def query(self) -> str:
        """What is chosen, as an address has it, whatever the page."""
        said = self.form.data
        return urlencode({name: said[name] for name in self.form.fields if said.get(name)})


def restated(campaign: Campaign, place: Place, user: User) -> RestatementQuerySet:
    """The lines of the ledger for a campaign's days and a place, of what is counted still."""
    return Restatement.objects.visible_to(user).filter(
        day__gte=campaign.first_day,
        day__lte=campaign.last_day,
        borough__in=place.ids,
        measure__in=BY_SLUG,
    )
