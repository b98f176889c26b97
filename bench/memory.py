"""What the processes of the web server and of a worker hold once people have used the product."""

import gzip
import os
import re
import time
from uuid import uuid4

import psutil
from django.conf import settings
from django.db import connection

from accounts.models import User
from bench.served import Browser, serving
from core.servers import database_url
from summaries.actions import run_nightly
from tests.faults.conftest import Processes, kill

PAGES = 400
"""Of each role, as a browser finds them that follows every link."""


def bench_memory(rows: int) -> None:
    print(f"\n{rows:,} outcomes: memory in MB, resident and by share")
    run_nightly()
    url = database_url(connection.settings_dict)
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    with serving() as web:
        for role in User.Role:
            user = User.objects.create_user(f"memory-{role}", name="M", role=role, whole_force=True)
            print(f"{role.label}: {_follow(Browser(user))} pages")
        _say("web", web)
    worker = Processes(environment, f"bench-{uuid4()}").worker()
    try:
        time.sleep(20)  # By then it waits for jobs.
        _say("worker", worker.pid)
    finally:
        kill(worker)


def _follow(browser: Browser) -> int:
    waiting, seen = ["/"], {"/"}
    asked = 0
    while waiting and asked < PAGES:
        answer, body = browser.read("GET", waiting.pop(0))
        asked += 1
        if answer.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        links = re.findall(r'href="(/[^"#]*)"', body.decode(errors="ignore"))
        links.append(answer.headers["Location"] or "/")
        fresh = {link.replace("&amp;", "&") for link in links} - seen
        seen |= fresh
        waiting += sorted(fresh)
    return asked


def _say(name: str, pid: int) -> None:
    """Of the process and its children; a share counts what several have in common once."""
    first = psutil.Process(pid)
    for process in [first, *first.children(recursive=True)]:
        held = process.memory_full_info()
        kind = "first" if process == first else "child"
        print(f"{name}, {kind}: {held.rss / 2**20:,.0f} {held.pss / 2**20:,.0f}")
