"""What changed, the returns of the boroughs, and one number explained."""

from collections.abc import Iterator, Sequence

from core.days import london_clock
from core.spreadsheets import Cell, Table
from summaries.presenters.changes import Change, ChangesPage
from summaries.presenters.explain import Explanation
from summaries.presenters.returns import Figure, ReturnPage, ReturnsPage
from summaries.returns import Standing
from summaries.tables.taken import Taken, facts, taken


@taken.register
def _(page: ChangesPage) -> Taken:
    """Every line that was chosen, on however many pages."""
    part = ["Part"] if page.by else []
    table = Table(
        "What changed",
        [*("Check of", "Day", "Borough", "Measure", "Unit"), *part, *("Was", "Is", "By", "Why")],
        (_change(change) for change in page.every),
    )
    said = facts(page.campaign.days, page.place.label, page.freshness)
    said += page.chosen
    query = f"?{page.query}" if page.query else ""
    tables = [table] if page.page.rows else []
    return Taken(f"What changed, {page.campaign.name}", said, tables, query)


def _change(change: Change) -> list[Cell]:
    line, measure = change.line, change.measure
    checked = line.run.counted_to
    return [
        *(london_clock(checked) if checked else "Not known", line.day, line.borough.name),
        *(measure.label, measure.unit.value, *([change.part] if change.part else [])),
        *(line.before, line.after, change.by, line.why),
    ]


@taken.register
def _(page: ReturnsPage) -> Taken:
    title, days = f"Returns of the boroughs, {page.campaign.name}", page.form.days
    if days is None or not page.rows:
        return Taken(title, [], [])
    table = Table(
        "Returns by borough",
        ["Borough", "Return", "Signed by", "Signed at"],
        [(r.standing.borough.name, r.tag.words, *_signed(r.standing)) for r in page.rows],
    )
    said = facts(days, "Boroughs that are asked for a return", page.freshness)
    said.append(("Signed", f"{page.signed} of {len(page.rows)}"))
    return Taken(title, said, [table], page.form.query)


def _signed(standing: Standing) -> tuple[Cell, Cell]:
    if standing.signature is None:
        return "Nobody yet", "Not yet"
    return str(standing.signature.signed_by), london_clock(standing.signature.signed_at)


@taken.register
def _(page: ReturnPage) -> Taken:
    title, days = f"Return of {page.borough}, {page.campaign.name}", page.form.days
    if days is None or page.standing is None:
        return Taken(title, [], [])
    signed = page.standing.signature is not None
    headings = ["Signed", "Now", "Differs by"] if signed else ["Now"]
    tables = [
        Table(
            "Signed, and the figures now",
            ["Measure", "Unit", *headings],
            [_of_return(figure, signed=signed) for figure in page.figures],
        )
    ]
    if page.history:
        tables.append(
            Table(
                "Every signature",
                ["First day", "Last day", "Signature", "Signed by", "Signed at", "Figures"],
                [
                    (
                        *(one.first_day, one.last_day, one.number, str(one.signed_by)),
                        *(london_clock(one.signed_at), words),
                    )
                    for one, words in page.history
                ],
            )
        )
    said = facts(days, page.borough.name, page.freshness)
    said.insert(2, ("Return", page.standing.state.value))
    return Taken(title, said, tables, page.form.query)


def _of_return(figure: Figure, *, signed: bool) -> list[Cell]:
    line = figure.line
    row: list[Cell] = [line.measure.label, line.measure.unit.value]
    if not signed:
        return [*row, line.now]
    if line.signed is None:
        return [*row, "Not asked then", line.now, "Not known"]
    return [*row, line.signed, line.now, line.by]


@taken.register
def _(page: Explanation) -> Taken:
    """Outcomes behind it leave by their own list, which asks for whom and why."""
    asked = page.asked
    rows: list[Sequence[Cell]] = [
        ("Number", page.count),
        ("Unit", asked.measure.unit.value),
        ("Counts", f"{asked.measure.meaning} {page.formula}"),
        ("When", f"{page.window}. {page.clock}"),
        ("Where", page.where),
        *(("As a rate", words) for words in page.rates),
        *([("Against the baseline", page.against.words)] if page.against else []),
        ("Left out", "; ".join(page.uncounted)),
        ("How fresh", page.live),
    ]
    table = Table("What this number is", ["About it", "In words"], rows)
    said = facts(asked.days, asked.place.label, page.freshness)
    tables = [table, *_behind(page)]
    title = f"{page.title}, explained, {page.campaign.name}"
    return Taken(title, said, tables, f"?{page.query}" if page.query else "")


def _behind(page: Explanation) -> Iterator[Table]:
    if page.training is not None:
        related = page.training.select_related("programme", "partner", "borough", "team")
        yield Table(
            "Sessions",
            ["Day", "Training", "Borough", "Team", "Delivered by", "Trained", "Came"],
            [
                (
                    *(one.day, str(one.programme), one.borough.name, str(one.team or "Not given")),
                    *(str(one.partner), one.officers_trained, one.officers_attended),
                )
                for one in related.order_by("-happened_at", "-pk")
            ],
        )
    if page.partners is not None:
        rows = [(partner.name, times) for partner, times in page.partners]
        yield Table("Partners", ["Partner", "Events and sessions"], rows)
