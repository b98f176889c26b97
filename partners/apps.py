from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from accounts.imports.subject import register
        from accounts.reminders import REMINDERS
        from partners.imports.subject import EVENTS
        from partners.presenters.reminders import follow_ups_to_do

        register(EVENTS)
        REMINDERS.append(follow_ups_to_do)
