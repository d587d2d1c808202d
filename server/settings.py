"""Everything an operator can set about the server, read once, from arguments, `IPT_*`, then `IPT_*_FILE`."""

import ipaddress
import socket
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from care.request_signature import SECRET_SIGNS
from server.media.options import MediaOptions

SECRETS = frozenset({"turn_secret", "returned_secret"})
Names = Annotated[tuple[str, ...], NoDecode]


class SecretFiles(EnvSettingsSource):
    """Reads `IPT_<NAME>_FILE`: the value is that file's content; no secret stands in the environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The stripped content of the named file, or None when the variable is not set."""
        path = self.env_vars.get(f"{self.env_prefix}{field_name}_file".lower())
        if path is None or field_name not in SECRETS:
            return None, field_name, False
        return Path(path).read_text(encoding="utf-8").strip(), field_name, False


class ServerSettings(BaseSettings):
    """Settings of the server."""

    model_config = SettingsConfigDict(env_prefix="IPT_", extra="ignore", frozen=True)

    mode: Literal["demo", "real"] = "real"
    "demo shows a banner and role links and listens on this machine only."
    bind: str = "127.0.0.1:8080"
    "Address and port of the pages, HOST:PORT or [IPV6]:PORT."
    base_url: str = ""
    "The address people type, for instance https://rooms.example.org. Empty: made from `bind`."
    trusted_proxies: Names = ()
    "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, comma separated."
    tls_cert: Path | None = None
    tls_key: Path | None = None
    metrics_bind: str | None = None
    "Private HOST:PORT of /metrics; unset: no metrics are served."
    node: str = ""
    "This server's name among several; empty: host name and `bind`."
    media_port: int = Field(default=0, ge=0, le=65535)
    "UDP port of the first media worker; 0 lets the system choose."
    media_tcp_port: int | None = Field(default=None, ge=0, le=65535)
    media_bind: Names = ()
    "Addresses the media ports listen on; empty: all IPv4 addresses, in demo mode this machine only."
    media_addresses: Names = ()
    "Addresses written into answers, for a server behind NAT."
    media_workers: int = Field(default=0, ge=0, le=64)
    "Media worker processes; 0 forwards inside the server process."
    media_compiled: bool = True
    "Forward with the compiled helper where the installation has one; false keeps to Python."
    turn_urls: Names = ()
    "TURN relay addresses for clients, for instance turns:turn.example.org:443?transport=tcp."
    turn_secret: str | None = Field(default=None, repr=False)
    "The relay's static-auth-secret."
    returned_secret: str | None = Field(default=None, repr=False)
    "What a provider signs its reports of returned messages with; unset: none are taken."
    crisis_country: str = "gb"
    "Country of the first crisis page, two letters."

    @field_validator("trusted_proxies", "media_bind", "media_addresses", "turn_urls", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("bind", "metrics_bind")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            host_port(value)
        return value

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")
        ):
            raise ValueError("must be http(s)://HOST[:PORT] without a path")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("IPT_TLS_CERT and IPT_TLS_KEY belong together")
        if bool(self.turn_urls) != bool(self.turn_secret):
            raise ValueError("IPT_TURN_URLS and IPT_TURN_SECRET belong together")
        if self.returned_secret is not None and len(self.returned_secret) < SECRET_SIGNS:
            raise ValueError(f"IPT_RETURNED_SECRET needs {SECRET_SIGNS} characters or more")
        named = urlsplit(self.site).hostname or ""
        if self.mode == "demo" and not (is_loopback(self.host) and is_loopback(named)):
            raise ValueError(
                "demo mode shows everybody's links, so IPT_BIND and IPT_BASE_URL must be of this machine"
            )
        return self

    @property
    def host(self) -> str:
        """The host part of `bind`."""
        return host_port(self.bind)[0]

    @property
    def port(self) -> int:
        """The port part of `bind`."""
        return host_port(self.bind)[1]

    @property
    def site(self) -> str:
        """Scheme, host and port that people type; the one allowed Origin."""
        scheme = "https" if self.tls_cert else "http"
        return self.base_url or f"{scheme}://{self.bind}"

    @property
    def secure(self) -> bool:
        """True when people reach the site over TLS."""
        return self.site.startswith("https://")

    @property
    def node_name(self) -> str:
        """This server's name in the directory of rooms; the same after a restart."""
        return self.node or f"{socket.gethostname()}:{self.bind}"

    def origins(self) -> frozenset[str]:
        """Origins that pages and sockets may come from. A demo answers to both names of this machine."""
        site = origin_of(self.site)
        if self.mode != "demo":
            return frozenset({site})
        parts = urlsplit(site)
        port = f":{parts.port}" if parts.port else ""
        return frozenset(
            {site, *(f"{parts.scheme}://{name}{port}" for name in ("localhost", "127.0.0.1", "[::1]"))}
        )

    def media_options(self) -> MediaOptions:
        """What the media engine is built from."""
        everywhere = ("127.0.0.1",) if self.mode == "demo" else ("0.0.0.0",)  # noqa: S104
        return MediaOptions(
            port=self.media_port,
            tcp_port=self.media_tcp_port,
            bind=self.media_bind or everywhere,
            announced=self.media_addresses,
            workers=self.media_workers,
            compiled=self.media_compiled,
        )

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


def host_port(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT or [IPV6]:PORT. Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be HOST:PORT")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Scheme, host and port as a browser writes them in `Origin`: lower case, default ports left out."""
    parts = urlsplit(url.lower())
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    return f"{parts.scheme}://{host}{port}"
