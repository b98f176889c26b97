from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.kept import kept_form
from accounts.views import admin_sign_in
from core.sessions import session
from core.views import favicon, health

admin.site.site_header = "Days of Action: administration"
admin.site.site_title = "Days of Action"
handler400 = "core.views.bad_request"
handler500 = "core.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("favicon.ico", favicon, name="favicon"),
    path("session/", session, name="session"),
    path("kept/<uuid:pk>/", kept_form, name="kept_form"),
    # One way in and one way out: these stand before the admin's own.
    path("admin/login/", admin_sign_in),
    path("admin/logout/", LogoutView.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("accounts.allauth_urls")),
    path("", include("audit.urls")),
    path("", include("partners.urls")),
    path("", include("cases.urls")),
    path("", include("summaries.urls")),
]
