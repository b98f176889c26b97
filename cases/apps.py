from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from accounts.imports.subject import register
        from cases.imports.subject import OUTCOMES

        register(OUTCOMES)
