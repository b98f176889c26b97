"""The pages of partners, engagement and training, one list for each module of views."""

from django.urls import path

from accounts.views.lists import export, rows, save_filter
from partners.presenters.lists import EVENT_LIST
from partners.views import calendar, events

app_name = "partners"

of_events = [
    path("engagement/", rows, {"of": EVENT_LIST}, name="events"),
    path("engagement/export/", export, {"of": EVENT_LIST}, name="export_events"),
    path("engagement/filter/", save_filter, {"of": EVENT_LIST}, name="save_events"),
    path("engagement/calendar/", calendar.calendar, name="calendar"),
    path("engagement/map/", calendar.places, name="places"),
    path("engagement/add/", events.add, name="add_event"),
    path("engagement/<int:pk>/", events.event, name="event"),
    path("engagement/<int:pk>/amend/", events.amend, name="amend_event"),
    path("engagement/<int:pk>/done/", events.finish, name="finish_event"),
    path("engagement/<int:pk>/cancel/", events.cancel, name="cancel_event"),
    path("engagement/<int:pk>/void/", events.void, name="void_event"),
    path("engagement/<int:pk>/restore/", events.restore, name="restore_event"),
    path("engagement/<int:pk>/repeat/", events.repeat, name="repeat_event"),
    path("engagement/<int:pk>/partners/", events.parts, name="say_parts"),
    path("engagement/<int:pk>/follow-up/", events.follow_up, name="add_follow_up"),
    path("follow-ups/<int:pk>/done/", events.follow_up_done, name="finish_follow_up"),
]

urlpatterns = [*of_events]
