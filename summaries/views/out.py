"""The figures of a page as files: each table as CSV, all of them as a spreadsheet, a briefing.

The log says who took which file. No reason is asked: figures are of no single person, the page
itself can be printed without one, and a box that everybody fills with "x" tells an auditor nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, TextIOWrapper

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify

from accounts.permissions import Permission, SignedInRequest
from audit.record import disclosed
from campaigns.models import Campaign
from core.access import requires
from core.days import london_day
from core.marking import MARKED
from core.pdf import pdf
from core.spreadsheets import Cover, write_csv, write_xlsx
from core.templatetags.page import moment
from summaries.briefing import PROVISIONAL, briefing
from summaries.comparisons import NotComparable
from summaries.presenters.campaign import CampaignPage
from summaries.presenters.compare import BesidePage
from summaries.presenters.place import PlacePage
from summaries.tables import Page, Taken, taken
from summaries.views.campaign import campaign_page
from summaries.views.changes import changes_page
from summaries.views.compare import beside_page, compare_page, uplift_page
from summaries.views.explain import figure_page
from summaries.views.places import place_page, team_page
from summaries.views.returns import return_page, returns_page


def tables_of(
    page_of: Callable[..., Page], permission: Permission = Permission.SEE_FIGURES
) -> Callable[..., HttpResponseBase]:
    """The view of the files of a kind of page, for whoever may see the page."""

    def tables(request: SignedInRequest, slug: str, **named: str) -> HttpResponseBase:
        """The CSV of the table that is named, else the spreadsheet of all."""
        table = named.pop("table", None)
        page = page_of(request, slug, **named)
        out = taken(page)
        found = [one for one in out.tables if table in {None, slugify(one.title)}]
        if not found:
            raise Http404
        write = _csv if table else _spreadsheet
        return write(request, page.campaign, replace(out, tables=found))

    return requires(permission)(tables)


def _beside(request: SignedInRequest, slug: str, other: str) -> BesidePage:
    try:
        return beside_page(request, slug, other)
    except NotComparable as why:
        raise Http404 from why


campaign = tables_of(campaign_page)
place = tables_of(place_page)
team = tables_of(team_page)
uplift = tables_of(uplift_page)
beside = tables_of(_beside)
compare = tables_of(compare_page, Permission.SEE_ALL_FIGURES)
changes = tables_of(changes_page)
returns = tables_of(returns_page)
borough_return = tables_of(return_page)
figure = tables_of(figure_page)


@requires(Permission.SEE_FIGURES)
def campaign_briefing(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """London, or as much of it as the person sees figures of."""
    return _briefing(request, campaign_page(request, slug))


@requires(Permission.SEE_FIGURES)
def place_briefing(request: SignedInRequest, slug: str, kind: str, key: str) -> HttpResponseBase:
    return _briefing(request, place_page(request, slug, kind, key))


def _briefing(request: SignedInRequest, page: CampaignPage | PlacePage) -> HttpResponseBase:
    made = timezone.now()
    data = briefing(page, by=str(request.user), made=made)
    if data is None:
        raise Http404
    content = pdf("summaries/briefing.typ", data, made=made)
    return _sent(request, page.campaign, BytesIO(content), "pdf", data["title"], 1)


def _spreadsheet(request: SignedInRequest, of: Campaign, out: Taken) -> HttpResponseBase:
    facts = [
        ("Made", moment(timezone.now())),
        ("Made by", str(request.user)),
        *out.facts,
        ("Status", PROVISIONAL),
    ]
    file = BytesIO()
    number = write_xlsx(file, Cover(out.title, facts, MARKED), *out.tables)
    return _sent(request, of, file, "xlsx", out.title, number)


def _csv(request: SignedInRequest, of: Campaign, out: Taken) -> HttpResponseBase:
    file, [table] = BytesIO(), out.tables
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    number = write_csv(text, MARKED, table.headings, table.rows)
    text.detach()
    return _sent(request, of, file, "csv", f"{table.title}, {out.title}", number)


def _sent(
    request: SignedInRequest, of: Campaign, file: BytesIO, suffix: str, title: str, number: int
) -> HttpResponseBase:
    """The file, and a row of the log that says who took it."""
    disclosed(
        request,
        Campaign,
        number,
        object_id=str(of.pk),
        recipient=request.user.get_username(),
        terms={"figures": title, "file": suffix} | request.GET.dict(),
    )
    file.seek(0)
    name = f"{slugify(title)}-official-sensitive-{london_day(timezone.now())}.{suffix}"
    return FileResponse(file, as_attachment=True, filename=name)
