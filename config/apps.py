from django.apps import AppConfig


class EdgeConfig(AppConfig):
    """The edge: it imports everything and nothing imports it; here for its commands."""

    name = "config"
    label = "edge"
