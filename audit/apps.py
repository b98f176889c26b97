from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AuditConfig(AppConfig):
    name = "audit"
    default = True

    def ready(self) -> None:
        from audit import signals  # noqa: F401  (Receivers register as they are read.)


class AdminConfig(admin.AdminConfig):
    """Django's admin, of which every page that shows rows leaves one in the log."""

    default = False
    default_site = "audit.site.LoggedSite"
