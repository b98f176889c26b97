from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from core.servers import postgres_socket


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL under `settings_dict["VAR_DIR"]`, started by the first connection."""

    def get_connection_params(self) -> dict[str, Any]:
        if not self.settings_dict["HOST"]:
            self.settings_dict["HOST"] = postgres_socket(
                Path(self.settings_dict["VAR_DIR"]), database="days_of_action"
            )
            self.settings_dict["USER"] = "postgres"
        params: dict[str, Any] = super().get_connection_params()
        return params
