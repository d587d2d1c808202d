"""What the scheduler may be told: how often it looks, and how mail leaves."""

import ipaddress
from datetime import time
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from care.request_signature import SECRET_SIGNS

SECRETS = frozenset({"smtp_password", "text_secret"})


class SecretFiles(EnvSettingsSource):
    """Reads `IPT_SMTP_PASSWORD_FILE` and `IPT_TEXT_SECRET_FILE`: the value is the content of that file."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The stripped content of the named file, or None when the variable is not set."""
        path = self.env_vars.get(f"{self.env_prefix}{field_name}_file".lower())
        if path is None or field_name not in SECRETS:
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False


class SchedulerSettings(BaseSettings):
    """Settings of the scheduler, from arguments, then `IPT_*`, then the files of its secrets.

    Without `smtp_host` messages wait in the outbox. In demo mode they go to the local outbox page and to
    nobody else, whatever is set here.
    """

    model_config = SettingsConfigDict(env_prefix="IPT_", extra="ignore", frozen=True)

    mode: Literal["demo", "real"] = "real"
    base_url: str = ""  # the address people type; needed before mail with links can leave
    tick_s: float = Field(default=10.0, gt=0, le=30)  # the server calls the clock dead after 60 s
    scheduler_metrics_bind: str | None = None  # host:port, private

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_ca_file: Path | None = None  # for a mail server with a certificate of the clinic's own
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_s: float = Field(default=20.0, gt=0, le=60)
    mail_from: str = "Appointments <appointments@localhost>"
    mail_daily_cap: int = Field(
        default=6, ge=1
    )  # messages a person gets in 24 hours, links asked for excepted
    mail_quiet_from: time = time(20)  # local time of the recipient; equal times mean no quiet hours
    mail_quiet_until: time = time(8)

    text_url: str | None = None  # where texts go, https unless it is on this machine
    text_secret: SecretStr | None = None  # what their signatures are made with
    text_ca_file: Path | None = None  # for a receiver with a certificate of the clinic's own
    text_timeout_s: float = Field(default=10.0, gt=0, le=60)

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, value: str) -> str:
        name, address = parseaddr(value)
        try:
            Address(display_name=name, addr_spec=address)
        except (ValueError, IndexError) as wrong:
            raise ValueError("IPT_MAIL_FROM must be one address, such as Appointments <a@b.org>") from wrong
        if "@" not in address or any(sign in value for sign in "\r\n"):
            raise ValueError("IPT_MAIL_FROM must be one address, such as Appointments <a@b.org>")
        return value

    @model_validator(mode="after")
    def _mail_is_encrypted(self) -> Self:
        if self.smtp_host and not self.base_url:
            raise ValueError("IPT_BASE_URL must be set with IPT_SMTP_HOST: mail holds links")
        if self.smtp_host and self.smtp_security == "none" and not _loopback(self.smtp_host):
            raise ValueError("IPT_SMTP_SECURITY=none is only for a mail server on this machine")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("IPT_SMTP_USERNAME and IPT_SMTP_PASSWORD go together")
        return self

    @model_validator(mode="after")
    def _texts_are_signed(self) -> Self:
        if (self.text_url is None) != (self.text_secret is None):
            raise ValueError("IPT_TEXT_URL and IPT_TEXT_SECRET go together")
        if self.text_url is None:
            return self
        where = urlsplit(self.text_url)
        if where.username or where.password:
            raise ValueError("IPT_TEXT_URL may not hold a password")
        here = where.scheme == "http" and _loopback(where.hostname or "")
        if not where.hostname or not (where.scheme == "https" or here):
            raise ValueError("IPT_TEXT_URL must be https://…, or http:// on this machine")
        if self.text_secret is not None and len(self.text_secret.get_secret_value()) < SECRET_SIGNS:
            raise ValueError(f"IPT_TEXT_SECRET needs {SECRET_SIGNS} characters or more")
        if not self.base_url:
            raise ValueError("IPT_BASE_URL must be set with IPT_TEXT_URL: texts hold its address")
        return self

    @property
    def site(self) -> str:
        """The beginning of every address in a message, without a slash at its end."""
        return self.base_url.rstrip("/") or "http://127.0.0.1:8080"

    @property
    def mail_domain(self) -> str:
        """The domain of the sender, for Message-IDs."""
        return parseaddr(self.mail_from)[1].rpartition("@")[2]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over secret files."""
        return init_settings, env_settings, SecretFiles(settings_cls)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
