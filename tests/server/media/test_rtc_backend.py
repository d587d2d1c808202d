import asyncio

import pytest

from server.media import rtc_backend


async def test_the_installed_libraries_do_what_the_media_plane_needs() -> None:
    await rtc_backend.self_check()


async def test_a_missing_private_part_is_told_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("server.media.rtc_backend.RTCDtlsTransport._setup_srtp")
    with pytest.raises(RuntimeError, match=r"media plane|installed versions"):
        await asyncio.wait_for(rtc_backend.self_check(), 10)


async def test_a_peer_with_another_certificate_is_refused() -> None:
    server, client = rtc_backend.Certificate(), rtc_backend.Certificate()
    states: asyncio.Queue[str] = asyncio.Queue()
    a = rtc_backend.DtlsLeg(server, lambda data: b.feed(data), states.put_nowait, "server")
    b = rtc_backend.DtlsLeg(client, lambda data: a.feed(data), lambda state: None, "client")
    a.start([("sha-256", server.fingerprint)])  # expects a certificate that the client does not have
    b.start([("sha-256", server.fingerprint)])

    async with asyncio.timeout(10):
        assert await states.get() == "failed"

    await a.close()
    await b.close()


async def test_the_goodbye_of_the_peer_is_heard_and_nothing_after_it() -> None:
    certificate = rtc_backend.Certificate()
    fingerprints = [("sha-256", certificate.fingerprint)]
    states: asyncio.Queue[str] = asyncio.Queue()
    a = rtc_backend.DtlsLeg(certificate, lambda data: b.feed(data), states.put_nowait, "server")
    b = rtc_backend.DtlsLeg(certificate, lambda data: a.feed(data), lambda state: None, "client")
    a.start(fingerprints)
    b.start(fingerprints)
    async with asyncio.timeout(10):
        assert await states.get() == "connected"
        await b.close()
        assert await states.get() == "closed"
    await a.close()
    assert states.empty()
