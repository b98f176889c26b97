"""The mail server that an address names, and what is refused of one."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.mail import Server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://da%40force:" + "p%2Fq" + "@mail.example.org",
            Server("mail.example.org", 587, "da@force", "p/q", starttls=True),
        ),
        ("smtp://mail.example.org:2525/", Server("mail.example.org", 2525, starttls=True)),
        ("smtps://mail.example.org", Server("mail.example.org", 465, tls=True)),
        ("smtp+plain://127.0.0.1:25", Server("127.0.0.1", 25)),
    ],
)
def test_an_address_names_a_server(url: str, server: Server) -> None:
    assert Server.of(url) == server


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mail.example.org", "must look like"),
        ("http://mail.example.org", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://mail.example.org:mail", "must look like"),
        ("smtp://mail.example.org/tls", "must look like"),
        ("smtp://mail.example.org?tls=no", "must look like"),
        ("smtp://da@mail.example.org", "both a user and a password"),
        ("smtp+plain://mail.example.org", "on this machine only"),
    ],
)
def test_what_is_odd_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        Server.of(url)


def test_a_server_does_not_show_its_password() -> None:
    assert "hush" not in repr(Server.of("smtp://da:" + "hush" + "@mail.example.org"))
