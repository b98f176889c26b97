"""The pages of the officer's daily work, one list for each module of views."""

from django.urls import URLPattern

app_name = "cases"
urlpatterns: list[URLPattern] = []
