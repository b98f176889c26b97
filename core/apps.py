from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import sessions  # noqa: F401  # Hears of sign-ins.
