"""The pages of partners, engagement and training, one list for each module of views."""

from django.urls import path

from partners.views import confirm, feed

app_name = "partners"

of_confirmation = [
    path("confirmation/", confirm.confirm, name="confirm"),
    path("confirmation/<str:credential>/", confirm.open_confirmation, name="open_confirmation"),
    path("engagement/<int:pk>/confirmations/", confirm.links, name="links"),
    path("engagement/parts/<int:pk>/link/", confirm.make_link, name="make_link"),
    path("engagement/links/<int:pk>/withdraw/", confirm.withdraw_link, name="withdraw_link"),
    path("engagement/links/<int:pk>/take-over/", confirm.take_over, name="take_over"),
]
of_feed = [
    path("engagement/feed/", feed.feeds, name="feeds"),
    path("engagement/feed/make/", feed.make_feed, name="make_feed"),
    path("engagement/feed/<int:pk>/end/", feed.end_feed, name="end_feed"),
    path("engagement/feed/<str:credential>.ics", feed.feed, name="feed"),
]

urlpatterns = [*of_confirmation, *of_feed]
