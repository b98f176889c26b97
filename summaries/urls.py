from django.urls import path

from summaries.views import campaign, compare, explain, mails, places

app_name = "summaries"
urlpatterns = [
    path("", campaign.home, name="home"),
    path("mails/", mails.mails, name="mails"),
    path("mails/<str:name>/", mails.mail, name="mail"),
    path("campaigns/", campaign.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", campaign.campaign, name="campaign"),
    path("campaigns/<slug:slug>/figures/<slug:measure>/", explain.figure, name="figure"),
    *(
        path(f"campaigns/<slug:slug>/{kind}s/<slug:key>/", places.place, {"kind": kind}, name=kind)
        for kind in ("borough", "command")
    ),
    path("campaigns/<slug:slug>/teams/<slug:key>/", places.team, name="team"),
    path("campaigns/<slug:slug>/compare/", compare.compare, name="compare"),
    path("campaigns/<slug:slug>/uplift/", compare.uplift, name="uplift"),
    path("campaigns/<slug:slug>/beside/<slug:other>/", compare.beside, name="beside"),
]
