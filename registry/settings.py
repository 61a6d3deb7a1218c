"""Settings: environment variables named ``SANG_…``, read once, refused loudly."""

from __future__ import annotations

import secrets
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.errors import Refused

INSTANCE = Path(__file__).resolve().parent.parent / "instance"


class Environment(StrEnum):
    """Where Sang runs. ``demo`` serves synthetic data on loopback and waives the second factor."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Settings(BaseSettings):
    """Every knob that an operator has; ``docs/settings.md`` explains each."""

    model_config = SettingsConfigDict(env_prefix="SANG_", extra="ignore", frozen=True)

    env: Environment = Environment.PRODUCTION
    instance: Path = INSTANCE
    cache: Path | None = None
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    data_key: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    behind_tls: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    session_idle_minutes: int = Field(default=60, ge=5)
    session_absolute_hours: int = Field(default=12, ge=1)
    upload_max_mb: int = Field(default=25, ge=1, le=200)
    parser_memory_mb: int = Field(default=1024, ge=128)
    parser_seconds: int = Field(default=60, ge=5)
    report_years_kept: int = Field(default=10, ge=1)
    report_due_days: int = Field(default=5, ge=0, le=60)
    report_close_after_days: int | None = Field(default=None, ge=1, le=365)
    signing_key: Path | None = None
    upload_days_kept: int = Field(default=30, ge=1)
    facts_memory_mb: int = Field(default=1024, ge=256)
    facts_threads: int = Field(default=2, ge=1)
    log_json: bool = True
    line_channel_secret: SecretStr = SecretStr("")
    line_channel_token: SecretStr = SecretStr("")
    line_host: str = "https://api.line.me"
    line_data_host: str = "https://api-data.line.me"
    line_office: str = "C-PRDB"
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: bool = True
    mail_from: str = ""
    webhook_hosts: str = ""

    @field_validator("instance", "cache", "signing_key")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @model_validator(mode="after")
    def _check(self) -> Settings:
        if self.database_url and not self.database_url.startswith(("sqlite:", "postgresql")):
            raise ValueError("SANG_DATABASE_URL must begin with sqlite: or postgresql:")
        if self.env is Environment.DEMO and not self.on_loopback:
            raise ValueError("SANG_ENV=demo serves 127.0.0.1 only; set SANG_ENV=production")
        if not self.on_loopback and not self.behind_tls:
            raise ValueError("off loopback Sang needs TLS in front of it and SANG_BEHIND_TLS=true")
        return self

    @property
    def base_url(self) -> str:
        """The address that people type; that on which the server listens where none is set."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether the server listens on this machine only."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def url(self) -> str:
        """The database's SQLAlchemy address; a SQLite file in the instance folder by default."""
        return self.database_url or f"sqlite:///{self.instance / 'sang.sqlite'}"

    @property
    def archive(self) -> Path:
        """Folder of sealed periods."""
        return self.instance / "archive"

    @property
    def facts(self) -> Path:
        """Folder of the columnar files of the facts."""
        return self.instance / "facts"

    @property
    def sql(self) -> Path:
        """Folder of the SQL that was written for questions about facts."""
        return (self.cache or self.instance / "cache") / "sql"

    @property
    def uploads(self) -> Path:
        """Folder of uploaded files, encrypted."""
        return self.instance / "uploads"


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment and from the instance's key files.

    Raises:
        Refused: a value is wrong, or production lacks a key; the sentence names the variable.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
        if "env" not in settings.model_fields_set and demo_mark(settings).exists():
            settings = Settings(**overrides | {"env": Environment.DEMO})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "SANG_" + "_".join(str(part) for part in first["loc"]).upper()
        where = "" if not first["loc"] else f"{name}: "
        raise Refused(f"{where}{first['msg'].removeprefix('Value error, ')}") from None
    return settings.model_copy(update=_keys(settings))


def demo_mark(settings: Settings) -> Path:
    """The file that says that an instance holds the demonstration, so that no variable need."""
    return settings.instance / "demonstration"


def _keys(settings: Settings) -> dict[str, SecretStr]:
    """The two keys: from the environment, else from a file beside the data.

    Production never makes one up: a lost data key is lost data, so an operator must hold it.
    """
    keys = {}
    for name in ("secret_key", "data_key"):
        value = getattr(settings, name).get_secret_value() or _key_file(settings, name)
        if len(value) < 32:
            raise Refused(
                f"SANG_{name.upper()} must be set to at least 32 random characters "
                "(for example the output of: openssl rand -hex 32)"
            )
        keys[name] = SecretStr(value)
    return keys


def _key_file(settings: Settings, name: str) -> str:
    path = settings.instance / f"{name}.txt"
    if path.exists():
        return path.read_text().strip()
    if settings.env is Environment.PRODUCTION:
        return ""
    settings.instance.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32))
    return path.read_text().strip()
