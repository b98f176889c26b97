from django.urls import path

from summaries.views import campaign, compare, explain

app_name = "summaries"
urlpatterns = [
    path("", campaign.home, name="home"),
    path("campaigns/", campaign.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", campaign.campaign, name="campaign"),
    path("campaigns/<slug:slug>/figures/<slug:measure>/", explain.figure, name="figure"),
    path("campaigns/<slug:slug>/compare/", compare.compare, name="compare"),
    path("campaigns/<slug:slug>/uplift/", compare.uplift, name="uplift"),
    path("campaigns/<slug:slug>/beside/<slug:other>/", compare.beside, name="beside"),
]
