"""The product as gunicorn serves it, and beside it the plain views that it is measured against.

One saves as one would write it first: signed in, one row by the ORM, a redirect. Its table has the
columns, checks, indexes and foreign keys of outcomes, but no triggers. The other is the least that
a signed-in page can be: one sentence in the frame that all pages have.
"""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (Django is set up first)
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402

from cases.models import Outcome  # noqa: E402

settings.ROOT_URLCONF = __name__
ADDRESS = "/bench/plain/"
PAGE = "/bench/page/"
SENTENCE = """{% extends "base.html" %}
{% block title %}Plain{% endblock title %}
{% block content %}<p class="govuk-body">One sentence.</p>{% endblock content %}"""
TABLE = """
CREATE TABLE bench_plain (LIKE cases_outcome INCLUDING ALL);
DO $$ DECLARE key record; BEGIN
    FOR key IN SELECT conname, pg_get_constraintdef(oid) AS words FROM pg_constraint
        WHERE conrelid = 'cases_outcome'::regclass AND contype = 'f'
    LOOP EXECUTE format('ALTER TABLE bench_plain ADD CONSTRAINT %I %s', key.conname, key.words);
    END LOOP;
END $$
"""


def _column(field: Any) -> Any:
    _, _, args, options = field.deconstruct()
    if field.is_relation:
        options["related_name"] = "+"
    return type(field)(*args, **options)


Plain: Any = type(
    "Plain",
    (models.Model,),
    {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "bench", "db_table": "bench_plain"}),
        **{field.name: _column(field) for field in Outcome._meta.concrete_fields},
    },
)


@login_required
def plain(request: HttpRequest) -> HttpResponse:
    typed = request.POST
    Plain.objects.create(
        kind=typed["kind"],
        strand=typed["strand"],
        happened_at=parse_datetime(typed["happened_at"]),
        case_id=typed["case"],
        suspect_id=typed["suspect"],
        borough_id=typed["borough"],
        team_id=typed["team"],
        offence=typed["offence"],
        custody_record=typed["custody_record"],
        logged_by=request.user,
    )
    return redirect("cases:desk")


@login_required
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(sentence.render({}, request))


sentence = engines["django"].from_string(SENTENCE)
urlpatterns = [path(ADDRESS[1:], plain), path(PAGE[1:], page), path("", include("config.urls"))]
