"""Email: its server from one address, each message marked, and those kept in place of sent."""

from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from core.marking import MARKED, MARKING

PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""TLS after STARTTLS, TLS from the first byte, and none; by the scheme of the address."""
HERE = {"localhost", "127.0.0.1", "::1"}
END = b"\n" + b"-" * 79 + b"\n"
"""What Django writes after a message that it keeps in a file."""


@dataclass(frozen=True)
class Server:
    """A mail server, as Django's settings name its parts."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> "Server":
        """The server that an address names; ImproperlyConfigured where it is none we would use."""
        shape = "EMAIL_URL must look like smtp://user:password@host:587 or smtps://host:465"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ImproperlyConfigured(shape) from None
        if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.query:
            raise ImproperlyConfigured(shape)
        if bool(parts.username) != bool(parts.password):
            raise ImproperlyConfigured("EMAIL_URL must have both a user and a password, or neither")
        if parts.scheme == "smtp+plain" and host not in HERE:
            raise ImproperlyConfigured("EMAIL_URL may be smtp+plain:// on this machine only")
        return cls(
            host,
            port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            starttls=parts.scheme == "smtp",
            tls=parts.scheme == "smtps",
        )


def absolute(path: str) -> str:
    """The address of a page for whoever reads it elsewhere."""
    return settings.SITE_URL + path


def marked(
    subject: str, template: str, context: dict[str, Any], *, to: str, key: str
) -> EmailMultiAlternatives:
    """An email in plain text and in HTML, marked in its subject and its body.

    Its number follows from `key`, so that servers and readers know a second copy as one.
    """
    host = urlsplit(settings.SITE_URL).hostname
    context = {"marking": MARKED, **context}
    message = EmailMultiAlternatives(
        f"{MARKING}: {subject}",
        render_to_string(f"{template}.txt", context),
        to=[to],
        headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


@dataclass(frozen=True)
class Kept:
    """An email that was written to a file in place of being sent."""

    name: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["subject"])

    @property
    def to(self) -> str:
        return str(self.message["to"])

    @property
    def sent_at(self) -> datetime:
        return parsedate_to_datetime(str(self.message["date"]))

    @property
    def text(self) -> str:
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body else ""


def kept() -> list[Kept]:
    """The newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [Kept(file.stem, _read(file)) for file in files]


def _read(file: Path) -> EmailMessage:
    whole, _, _ = file.read_bytes().partition(END)
    # The stubs of this release have the older kind of message.
    message: EmailMessage = message_from_bytes(whole, policy=policy.default)
    return message
