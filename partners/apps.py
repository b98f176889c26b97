from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from accounts.imports.subject import register
        from partners.imports.subject import EVENTS

        register(EVENTS)
