"""The pages of allauth that are open here: no other of its hundred is."""

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.providers.openid_connect import views as provider
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from accounts.views import account as views


def own(view: views.View) -> views.View:
    """A page of whoever is signed in, which no browser keeps."""
    return never_cache(login_required(view))


cancelled = RedirectView.as_view(pattern_name="accounts:sign_in")

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", second_step.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", never_cache(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/suspended/", account.account_inactive, name="account_inactive"),
    path("sign-in/cancelled/", cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/<slug:provider_id>/", views.at_provider, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/back/", provider.callback, name="openid_connect_callback"),
    path("confirm/", own(account.reauthenticate), name="account_reauthenticate"),
    path("confirm/code/", own(second_step.reauthenticate), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        own(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/", views.account, name="mfa_index"),
    path("account/", views.account, name="mfa_list_webauthn"),
    path("account/password/", own(views.change_password), name="account_change_password"),
    path("account/app/", own(app.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", own(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", own(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/", own(views.remove_passkey), name="mfa_remove_webauthn"
    ),
    path(
        "account/recovery-codes/",
        own(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        own(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
