"""Signing in and out, and one's own account.

Most pages are allauth's, in templates of ours under addresses of ours; it finds them by names
without a namespace, which are in `accounts/allauth_urls.py`.
"""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import account as views
from accounts.views import lists

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("account/second-step/", views.second_step, name="second_step"),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/e-mail/", views.morning_email, name="morning_email"),
    path("filters/<int:pk>/remove/", lists.remove_filter, name="remove_filter"),
    path("confirm/provider/", views.prove_at_provider, name="prove_at_provider"),
]
