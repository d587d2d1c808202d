"""A port that is taken or a certificate that is none stops the server with one sentence."""

import socket

import pytest
from aiohttp import web

from command import listening
from server.settings import ServerSettings


@pytest.fixture
async def runner():
    made = web.AppRunner(web.Application())
    await listening.prepare(made)
    yield made
    await made.cleanup()


async def test_a_taken_port_is_named(runner):
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"

        with pytest.raises(listening.PortRefused, match=f"cannot listen on {bind}"):
            await listening.listen(runner, bind)


async def test_what_fails_at_the_start_of_the_application_is_said_in_one_sentence():
    async def media_port(_app):
        raise OSError(98, "UDP port 40000 on 127.0.0.1 is in use")
        yield

    app = web.Application()
    app.cleanup_ctx.append(media_port)

    with pytest.raises(listening.PortRefused, match="UDP port 40000"):
        await listening.prepare(web.AppRunner(app))


def test_files_that_are_no_certificate_are_named_by_their_settings(tmp_path):
    (tmp_path / "file").write_text("not a certificate")
    settings = ServerSettings(tls_cert=tmp_path / "file", tls_key=tmp_path / "file")

    with pytest.raises(listening.PortRefused, match="IPT_TLS_CERT"):
        listening.certificate(settings)


def test_behind_a_proxy_there_is_no_certificate():
    assert listening.certificate(ServerSettings()) is None
