"""Opens the addresses of the server process, or says in one sentence which one is not to be had."""

import ssl

from aiohttp import web

from server.settings import ServerSettings, host_port


class PortRefused(Exception):
    """An address or a certificate of this run cannot be used; the text names it."""


def certificate(settings: ServerSettings) -> ssl.SSLContext | None:
    """TLS as the settings say, None behind a proxy. Raises PortRefused for files that are no certificate."""
    if settings.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as refused:
        raise PortRefused(f"IPT_TLS_CERT and IPT_TLS_KEY cannot be used: {refused}") from refused
    return context


async def prepare(runner: web.AppRunner) -> None:
    """Runs the start of an application, which opens the media ports. Raises PortRefused."""
    try:
        await runner.setup()
    except OSError as refused:
        raise PortRefused(f"the server cannot start: {refused}") from refused


async def listen(runner: web.AppRunner, bind: str, tls: ssl.SSLContext | None = None) -> None:
    """Listens on HOST:PORT. Raises PortRefused when it is taken or not an address of this machine."""
    host, port = host_port(bind)
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
    except OSError as refused:
        raise PortRefused(f"the server cannot listen on {bind}: {refused.strerror}") from refused
