"""Samples of reads, and how far their review has come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from audit.models import LogRow, Review, Sample, SampledRow
from audit.presenters.rows import Line, lines
from audit.words import kind_of, names, who
from core.templatetags.page import span

COLOURS = {
    Review.Verdict.IN_ORDER: "green",
    Review.Verdict.ASKED_ABOUT: "yellow",
    Review.Verdict.REFERRED: "red",
}


@dataclass(frozen=True)
class Found:
    """A row that was drawn, and what stands of it by now."""

    sampled: SampledRow
    line: Line
    review: Review | None

    @property
    def words(self) -> str:
        return self.review.get_verdict_display() if self.review else "To review"

    @property
    def colour(self) -> str:
        return COLOURS[Review.Verdict(self.review.verdict)] if self.review else "grey"


@dataclass(frozen=True)
class SamplePage:
    sample: Sample
    known: dict[str, str]
    """Names by username."""

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> "list[SamplePage]":
        found = list(samples)
        known = names(name for sample in found for name in (sample.drawn_by, sample.person))
        return [cls(sample, known) for sample in found]

    @cached_property
    def found(self) -> list[Found]:
        sampled = list(self.sample.rows.select_related("row").prefetch_related("reviews"))
        told = lines(one.row for one in sampled)
        return [
            Found(one, line, max(one.reviews.all(), key=lambda r: r.pk, default=None))
            for one, line in zip(sampled, told, strict=True)
        ]

    @property
    def drawn_by(self) -> str:
        return self._who(self.sample.drawn_by)

    @property
    def which(self) -> str:
        """What it was drawn from, in words."""
        sample = self.sample
        parts = [
            span(sample.days),
            self._who(sample.person) if sample.person else "",
            f"{kind_of(sample.object_type)} {sample.object_id}".strip(),
            sample.get_flag_display(),
        ]
        return "; ".join(part for part in parts if part)

    def _who(self, username: str) -> str:
        return who(username, self.known.get(username, ""))

    @property
    def done(self) -> int:
        return sum(found.review is not None for found in self.found)

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        counted = Counter(found.review.verdict for found in self.found if found.review)
        return [(verdict.label, counted[verdict]) for verdict in Review.Verdict]

    def next_after(self, sampled: SampledRow) -> SampledRow | None:
        """The next one to review, from here on and then from the start."""
        waiting = [found.sampled for found in self.found if found.review is None]
        later = [one for one in waiting if one.pk > sampled.pk]
        return next(iter([*later, *waiting]), None)


def around(row: LogRow) -> list[Line]:
    """What the same person did just before and after, on which a verdict may rest."""
    same = LogRow.objects.by([row.actor]).exclude(pk=row.pk)
    before = same.filter(pk__lt=row.pk).order_by("-pk")[:3]
    after = same.filter(pk__gt=row.pk).order_by("pk")[:3]
    return lines(sorted([*before, *after], key=lambda one: one.pk))
