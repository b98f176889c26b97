from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import identity, signals  # noqa: F401  (Receivers register as they are read.)
