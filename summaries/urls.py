from django.urls import path

from summaries.views import campaign, explain

app_name = "summaries"
urlpatterns = [
    path("", campaign.home, name="home"),
    path("campaigns/", campaign.campaigns, name="campaigns"),
    path("campaigns/<slug:slug>/", campaign.campaign, name="campaign"),
    path("campaigns/<slug:slug>/figures/<slug:measure>/", explain.figure, name="figure"),
]
