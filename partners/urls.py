"""The pages of partners, engagement and training, one list for each module of views."""

from django.urls import path

from partners.views import directory, training

app_name = "partners"

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

urlpatterns = [*of_directory, *of_training]
