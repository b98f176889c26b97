"""Pages of figures that may stay open: they renew themselves in place, and cost little to do so.

What is the same for everybody with the same boroughs is made once for each version of the figures.
It is made without the person or their request, so nothing of either can be in it. A page that has
somebody's own work beside the figures is made for them alone, and never kept.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from django.core.cache import caches
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.permissions import BoroughScope, Permission, SignedInRequest
from campaigns.models import Campaign
from core.days import london_day
from core.sessions import is_poll
from core.squeeze import Squeezed
from core.templatetags.page import moment
from summaries.version import campaign_and_version

RENEWED = "X-Renewed"
"""The header that says of which moment, on London's clock, the figures are."""
AT_MOST = 10 * 60
"""Seconds after which a page is made anew though nothing changed: that a run is late shows then."""


class Page(Protocol):
    @property
    def title(self) -> str: ...


Made = tuple[str, str, Squeezed]
"""The title of a page, its figures, and these compressed."""
PageOf = Callable[[Campaign, BoroughScope, QueryDict, datetime], Page]


@dataclass(frozen=True)
class Reader:
    """All that a kept part may depend on of who reads it."""

    scope: BoroughScope
    administers: bool

    @classmethod
    def of(cls, user: User) -> "Reader":
        return cls(user.figures_scope, user.may(Permission.ADMINISTER))

    @property
    def key(self) -> list[object]:
        return [self.scope.everywhere, sorted(self.scope.borough_ids), self.administers]


def renewing(request: SignedInRequest, slug: str, template: str, page_of: PageOf) -> HttpResponse:
    """The whole page; for a poll only its figures, and nothing where it has them already."""
    reader, address = Reader.of(request.user), request.get_full_path()

    def made(campaign: Campaign, tag: str, now: datetime) -> Made:
        def make() -> Made:
            page = page_of(campaign, reader.scope, request.GET, now)
            return _made(template, page, reader)

        # What somebody chose is for them alone, and may be anything: it is not kept.
        return make() if request.GET else _kept(tag, reader, address, make)

    return _answer(request, slug, reader, made)


def renewing_of_ones_own(
    request: SignedInRequest,
    slug: str,
    template: str,
    page_of: Callable[[Campaign, datetime], Page],
) -> HttpResponse:
    """The same of a page that its reader's own records stand on.

    A poll finds what the version does not tell of, such as an order that was served, with the
    next tag: at most ten minutes later. Whoever opens the page has all of it as it is.
    """
    reader = Reader.of(request.user)

    def made(campaign: Campaign, _tag: str, now: datetime) -> Made:
        return _made(template, page_of(campaign, now), reader)

    return _answer(request, slug, reader, made)


def _answer(
    request: SignedInRequest,
    slug: str,
    reader: Reader,
    made: Callable[[Campaign, str, datetime], Made],
) -> HttpResponse:
    found = campaign_and_version(slug)
    if found is None:
        raise Http404
    (campaign, version), now = found, timezone.now()
    tag = tag_of(version, reader, request.get_full_path(), now)
    response = get_conditional_response(request, etag=tag)
    if response is None:
        title, part, squeezed = made(campaign, tag, now)
        context = {"campaign": campaign, "title": title, "part": part, "tag": tag, "now": now}
        if is_poll(request):
            response = HttpResponse(part)
        else:
            response = render(request, "summaries/renewing.html", context)
        response.squeezed = squeezed  # type: ignore[attr-defined]
    response["ETag"] = tag
    response[RENEWED] = moment(now)
    return response


def _made(template: str, page: Page, reader: Reader) -> Made:
    context = {"page": page, "administers": reader.administers}
    # A quarter of it is the blanks before its lines.
    part = re.sub(r"\n\s+", "\n", render_to_string(template, context))
    return page.title, SafeString(part), Squeezed.of(part)


def tag_of(version: str, reader: Reader, address: str, now: datetime) -> str:
    """Of what the figures are; weak, since the rest of the page is each person's own."""
    facts = [version, *reader.key, address, str(london_day(now)), now.timestamp() // AT_MOST]
    return f'W/"{sha256(json.dumps(facts).encode()).hexdigest()[:32]}"'


def _kept(tag: str, reader: Reader, address: str, make: Callable[[], Made]) -> Made:
    """The last one of its readers and address, if it is of this tag; else one made now."""
    cache = caches["figures"]
    key = sha256(json.dumps([*reader.key, address]).encode()).hexdigest()
    kept: tuple[str, Made] | None = cache.get(key)
    if kept is None or kept[0] != tag:
        kept = tag, make()
        cache.set(key, kept)
    return kept[1]
