"""The pages of partners, engagement and training, one list for each module of views."""

from django.urls import path

from accounts.imports.views import imports, template
from accounts.views.lists import export, rows, save_filter
from partners.imports.subject import EVENTS
from partners.presenters.lists import EVENT_LIST
from partners.views import calendar, confirm, directory, events, feed, training

app_name = "partners"

of_events = [
    path("engagement/", rows, {"of": EVENT_LIST}, name="events"),
    path("engagement/export/", export, {"of": EVENT_LIST}, name="export_events"),
    path("engagement/filter/", save_filter, {"of": EVENT_LIST}, name="save_events"),
    path("engagement/imports/", imports, {"of": EVENTS}, name="imports"),
    path("engagement/imports/template/", template, {"of": EVENTS}, name="import_template"),
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
    path("follow-ups/<int:pk>/amend/", events.amend_follow_up, name="amend_follow_up"),
    path("follow-ups/<int:pk>/done/", events.follow_up_done, name="finish_follow_up"),
]

of_directory = [
    path("partners/", directory.directory, name="directory"),
    path("partners/due/", directory.due, name="due"),
    path("partners/add/", directory.add, name="add_partner"),
    path("partners/<slug:slug>/", directory.partner, name="partner"),
    path("partners/<slug:slug>/amend/", directory.amend, name="amend_partner"),
    path("partners/<slug:slug>/checked/", directory.checked, name="partner_checked"),
    path("partners/<slug:slug>/retire/", directory.retire, name="retire_partner"),
    path("partners/<slug:slug>/restore/", directory.restore, name="restore_partner"),
    path("partners/<slug:slug>/contacts/add/", directory.add_contact, name="add_contact"),
    path(
        "partners/<slug:slug>/contacts/<int:pk>/amend/",
        directory.amend_contact,
        name="amend_contact",
    ),
    path(
        "partners/<slug:slug>/contacts/<int:pk>/remove/",
        directory.remove_contact,
        name="remove_contact",
    ),
]

of_training = [
    path("training/", training.training, name="training"),
    path("training/<slug:slug>/", training.programme, name="training_programme"),
    path("training/<slug:slug>/log/", training.log_session, name="log_session"),
    path("training/sessions/<int:pk>/", training.session, name="session"),
    path("training/sessions/<int:pk>/amend/", training.amend_session, name="amend_session"),
    path("training/sessions/<int:pk>/void/", training.void_session, name="void_session"),
    path("training/sessions/<int:pk>/restore/", training.restore_session, name="restore_session"),
]

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

urlpatterns = [*of_events, *of_confirmation, *of_feed, *of_directory, *of_training]
