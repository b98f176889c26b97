"""Every setting, read from the environment; a missing or odd value stops start-up with one line.

MODE is `local` (the default: embedded servers, plain HTTP on this machine) or `production`
(everything that matters must be said). README.md lists the variables.
"""

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
import pghistory
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, validate

from core.mail import Server
from core.servers import private_directory, redis_socket

# Generic classes of Django, such as Paginator[Case], are written as such at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def _database(url: str) -> dict[str, Any]:
    if not url:
        return {"ENGINE": "core.embedded", "NAME": "days_of_action", "VAR_DIR": VAR_DIR}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    return {**dj_database_url.parse(url)}


def _redis(url: str) -> str:
    if not url:
        return f"redis+socket://{redis_socket(VAR_DIR)}"
    if urlsplit(url).scheme not in {"redis", "rediss", "redis+socket"}:
        raise ImproperlyConfigured("REDIS_URL must look like redis://host:6379/0")
    return url


def _local_secret() -> str:
    """A key of this checkout's own, made once."""
    path = private_directory(VAR_DIR) / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _site_url(url: str) -> str:
    """Where this product is, as emails link to it."""
    parts = urlsplit(url)
    schemes = {"https"} if PRODUCTION else {"http", "https"}
    if parts.scheme not in schemes or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured("SITE_URL must look like https://days-of-action.example.org")
    return url.rstrip("/")


def _required(name: str) -> str:
    value: str = env.str(name, "")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"Set {name}: MODE=production needs it")
    return value


try:
    MODE = env.str("MODE", "local")
    if MODE not in {"local", "production"}:
        raise ImproperlyConfigured(f"MODE must be local or production, not {MODE!r}")
    PRODUCTION = MODE == "production"
    DEBUG = env.bool("DEBUG", False)
    if PRODUCTION and DEBUG:
        raise ImproperlyConfigured("DEBUG must be off where MODE=production")
    VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
    SECRET_KEY = _required("SECRET_KEY") or _local_secret()
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
    if PRODUCTION and len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY must have 50 characters or more")
    _required("ALLOWED_HOSTS")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    DATABASE_POOL = env.int("DATABASE_POOL", 0)
    DATABASES = {
        "default": {
            **_database(_required("DATABASE_URL")),
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                # A pool for the web process, whose threads share it; commands and workers hold one
                # connection each, and say at once when there is none.
                "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
                if DATABASE_POOL
                else False,
                # What the server binds (figures alone) it plans once for each connection.
                "prepare_threshold": 0,
                # A killed worker's query ends within a second, and with it its locks.
                # An empty list of ignored triggers spares each row of a bulk write an exception.
                # To compile a statement costs more than it saves in any question here.
                "options": "-c client_connection_check_interval=1000 -c pgtrigger.ignore={}"
                " -c jit=off",
            },
        }
    }
    REDIS_URL = _redis(_required("REDIS_URL"))
    SEAL_EVERY_MINUTES = env.int(
        "SEAL_EVERY_MINUTES", 60, validate=validate.Range(min=1, max=24 * 60)
    )
    # Different records that one person may open in an hour before the log flags the next.
    LOOKS_AN_HOUR = env.int("LOOKS_AN_HOUR", 60, validate=validate.Range(min=10, max=1000))
    # How long a session may be idle, and how long it may last. OWASP's bounds, and a long shift.
    IDLE = timedelta(
        minutes=env.int("SESSION_IDLE_MINUTES", 15, validate=validate.Range(min=5, max=60))
    )
    SESSION_LASTS = timedelta(
        hours=env.int("SESSION_HOURS", 10, validate=validate.Range(min=1, max=12))
    )
    TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
    # Email: by a server where one is named, else to a folder on a machine of one's own, else none.
    EMAIL_URL = env.str("EMAIL_URL", "")
    EMAIL_FROM = env.str("EMAIL_FROM", "")
    SITE_URL = env.str("SITE_URL", "")
    if EMAIL_URL and not (EMAIL_FROM and SITE_URL):
        raise ImproperlyConfigured("EMAIL_URL needs EMAIL_FROM and SITE_URL")
    MAIL_SERVER = Server.of(EMAIL_URL) if EMAIL_URL else Server()
    if EMAIL_FROM and "@" not in EMAIL_FROM:
        raise ImproperlyConfigured("EMAIL_FROM must be an email address")
    if SITE_URL or not PRODUCTION:
        SITE_URL = _site_url(SITE_URL or f"http://127.0.0.1:{env.str('PORT', '8000')}")
    # Single sign-on by the force's own identity provider (docs/decisions/0019-signing-in.md).
    OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "")
    OIDC_NAME = env.str("OIDC_NAME", "your force account")
    OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
    OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
    OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", "preferred_username")
    OIDC_ROLE_CLAIM = env.str("OIDC_ROLE_CLAIM", "")
    OIDC_ROLES: dict[str, str] = env.dict("OIDC_ROLES", {})
    OIDC_BOROUGHS_CLAIM = env.str("OIDC_BOROUGHS_CLAIM", "")
    OIDC_CREATE = env.bool("OIDC_CREATE", False)
    OIDC_SECOND_FACTOR: dict[str, str] = env.dict("OIDC_SECOND_FACTOR", {})
    if OIDC_SERVER_URL and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
        raise ImproperlyConfigured("OIDC_SERVER_URL needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
    if PRODUCTION and OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith("https://"):
        raise ImproperlyConfigured("OIDC_SERVER_URL must start with https://")
    if OIDC_CREATE and not OIDC_ROLE_CLAIM:
        raise ImproperlyConfigured("OIDC_CREATE needs OIDC_ROLE_CLAIM, which says who is who")
except EnvError as error:
    sys.exit(f"Settings: {error}")
except ImproperlyConfigured as error:
    sys.exit(f"Settings: {error}.")

INSTALLED_APPS = [
    # Before the product's own: accounts takes their tables, which hold secrets, out of the admin.
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "core",
    "audit",
    "campaigns",
    "accounts",
    "partners",
    "cases",
    "summaries",
    "config",
    "pgtrigger",
    "pghistory",
    "django_filters",
    # The templates of the controls, which the forms of pages find among the project's own.
    "django.forms",
    "audit.apps.AdminConfig",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    # Static files, refusals and errors carry these headers too, so what sets them stands outside.
    "core.edge.Edge",
    "core.middleware.ClientAddressMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "core.squeeze.SqueezeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.sessions.SessionEnds",
    "django.middleware.common.CommonMiddleware",
    "accounts.kept.KeptForms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "audit.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignInMiddleware",
    "cases.middleware.ReasonMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cases.reading.banner",
            ],
            # Each form says whose it is: the seal comes with Django's own `csrf_token`.
            "builtins": ["accounts.templatetags.sealed"],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False

# People sign in with a name and a password, hashed by Argon2, and a second step; or by a passkey;
# or at the force's own identity provider. docs/decisions/0019-signing-in.md
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "summaries:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "accounts.passwords.BreachedPasswordValidator"},
    {"NAME": "accounts.passwords.OwnWordsValidator"},
]
INITIAL_PASSWORD_DAYS = 7
# Limits on guessing are counted in a cache that every process shares.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # The same Redis, named as its client for the cache wants it.
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://", 1),
        "KEY_PREFIX": "days-of-action",
    },
    # Pages of figures, of each process: they open where Redis does not, and take 64 pages at most.
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 10 * 60,
        "OPTIONS": {"MAX_ENTRIES": 64},
    },
}
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# A station may stand behind one address, so the limit by name is the strict one.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "30/5m/ip,5/5m/key,50/d/key",
    "reauthenticate": "10/5m/user",
    "change_password": "10/5m/user",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.forms.AppForm",
    "add_webauthn": "accounts.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Days of Action"
# One step to each side, for clocks that go wrong and fingers that are slow.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
SOCIALACCOUNT_ADAPTER = "accounts.identity.IdentityProviderAdapter"
# By a link: the policy below lets no form lead off this site. The state refuses forged answers.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "force",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

MAILS_SENT = bool(EMAIL_URL)
MAILS_KEPT = not PRODUCTION and not MAILS_SENT
MAILS_ON = MAILS_SENT or MAILS_KEPT
_HOW = "smtp" if MAILS_SENT else "filebased" if MAILS_KEPT else "dummy"
EMAIL_BACKEND = f"django.core.mail.backends.{_HOW}.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mails")
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starttls, MAIL_SERVER.tls
# Shorter than the broker's patience, so that a silent server is not asked by two workers at once.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = EMAIL_FROM or "days-of-action@localhost"

# Days from the receipt of a Clare's Law application to its end, at most; guidance may change it.
DISCLOSURE_DAYS = 28
# Minutes for which break-glass opens a case; the database allows an hour at most.
BREAK_GLASS_MINUTES = 60
# Days for which a partner can answer by a link, and after which a calendar that nobody opens ends.
CONFIRMATION_DAYS = 14
CALENDAR_UNUSED_DAYS = 90

# Static files: `make setup` compiles static/src into static/dist and collects them all.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static" / "collected"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Headers and cookies. Nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "accounts.kept.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The idle end; `core/sessions.py` says what counts as being there.
SESSION_COOKIE_AGE = int(IDLE.total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# In the session, not in a cookie: a notice can name a suspect.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The longest form has a few hundred fields. What is larger is refused before it is read; only an
# import takes files, and says by itself how large.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024 * 5 // 2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    # The container's health check asks over plain HTTP from inside.
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]

# History is kept by the database and added to only.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_BASE_MODEL = "core.history.Event"
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "words": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "core.logs.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "words",
        }
    },
    "loggers": {
        # Its own console would say what ours leaves out.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
    # A line for each request and job, where somebody collects them.
    "root": {"handlers": ["console"], "level": "INFO" if PRODUCTION else "WARNING"},
}
