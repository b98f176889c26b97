"""Signing in and out, and one's own account.

Most pages are allauth's, in templates of ours under addresses of ours; it finds them by names
without a namespace, which are in `accounts/allauth_urls.py`.
"""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.imports import views as imports
from accounts.views import account as views
from accounts.views import lists

app_name = "accounts"
of_imports = [
    path("imports/<uuid:pk>/", imports.show, name="import"),
    path("imports/<uuid:pk>/columns/", imports.match, name="match_import"),
    path("imports/<uuid:pk>/mend/", imports.mend_rows, name="mend_import"),
    path("imports/<uuid:pk>/marked/", imports.marked, name="marked_import"),
    path("imports/<uuid:pk>/save/", imports.save, name="save_import"),
    path("imports/<uuid:pk>/again/", imports.again, name="import_again"),
    path("imports/<uuid:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:pk>/undo/", imports.undo, name="undo_import"),
    path("imports/<uuid:pk>/discard/", imports.discard, name="discard_import"),
]
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("account/second-step/", views.second_step, name="second_step"),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/email/", views.morning_email, name="morning_email"),
    path("filters/<int:pk>/remove/", lists.remove_filter, name="remove_filter"),
    path("confirm/provider/", views.prove_at_provider, name="prove_at_provider"),
    *of_imports,
]
