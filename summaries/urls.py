from django.urls import path

from summaries.views import (
    campaign,
    changes,
    compare,
    explain,
    mails,
    out,
    overdue,
    places,
    programmes,
    returns,
)

app_name = "summaries"
FILES = [
    ("campaign", "", out.campaign, {}),
    ("borough", "boroughs/<slug:key>/", out.place, {"kind": "borough"}),
    ("command", "commands/<slug:key>/", out.place, {"kind": "command"}),
    ("team", "teams/<slug:key>/", out.team, {}),
    ("compare", "compare/", out.compare, {}),
    ("uplift", "uplift/", out.uplift, {}),
    ("beside", "beside/<slug:other>/", out.beside, {}),
    ("changes", "changes/", out.changes, {}),
    ("returns", "returns/", out.returns, {}),
    ("return", "returns/<slug:key>/", out.borough_return, {}),
    ("figure", "figures/<slug:measure>/", out.figure, {}),
]
"""The files of each page have addresses below its own."""
urlpatterns = [
    path("", campaign.home, name="home"),
    path("mails/", mails.mails, name="mails"),
    path("mails/<str:name>/", mails.mail, name="mail"),
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<slug:slug>/", programmes.programme, name="programme"),
    path("campaigns/", campaign.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", campaign.campaign, name="campaign"),
    path("campaigns/<slug:slug>/figures/<slug:measure>/", explain.figure, name="figure"),
    *(
        path(f"campaigns/<slug:slug>/{kind}s/<slug:key>/", places.place, {"kind": kind}, name=kind)
        for kind in ("borough", "command")
    ),
    path("campaigns/<slug:slug>/teams/<slug:key>/", places.team, name="team"),
    path("campaigns/<slug:slug>/changes/", changes.changes, name="changes"),
    path("campaigns/<slug:slug>/returns/", returns.returns, name="returns"),
    path("campaigns/<slug:slug>/returns/<slug:key>/", returns.borough_return, name="return"),
    path("campaigns/<slug:slug>/returns/<slug:key>/sign/", returns.sign, name="sign_return"),
    path("campaigns/<slug:slug>/compare/", compare.compare, name="compare"),
    path("campaigns/<slug:slug>/uplift/", compare.uplift, name="uplift"),
    path("campaigns/<slug:slug>/beside/<slug:other>/", compare.beside, name="beside"),
    *(
        path(f"campaigns/<slug:slug>/{below}{file}", view, about, name=f"{name}_{named}")
        for name, below, view, about in FILES
        for file, named in (("tables.xlsx", "tables"), ("tables/<slug:table>.csv", "table"))
    ),
    path("campaigns/<slug:slug>/briefing.pdf", out.campaign_briefing, name="campaign_briefing"),
    *(
        path(
            f"campaigns/<slug:slug>/{kind}s/<slug:key>/briefing.pdf",
            out.place_briefing,
            {"kind": kind},
            name=f"{kind}_briefing",
        )
        for kind in ("borough", "command")
    ),
    *(
        path(
            f"campaigns/<slug:slug>/{kind}s/<slug:key>/overdue/",
            overdue.overdue,
            {"kind": kind},
            name=f"{kind}_overdue",
        )
        for kind in ("borough", "command")
    ),
    path(
        "campaigns/<slug:slug>/teams/<slug:key>/overdue/",
        overdue.overdue_of_team,
        name="team_overdue",
    ),
]
