"""What a replay peer sends: frames of recorded VP8 and Opus, or filler of a given size where nobody
decodes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from tests.peers import stamp

FRAGMENT = 1100
FILLER = bytes(range(256)) * 8


@dataclass(frozen=True)
class Frame:
    """One encoded frame cut to payloads, the last with room for the stamp; `ticks` of the RTP clock to the
    next."""

    key: bool
    parts: tuple[bytes, ...]
    ticks: int
    roomy: bool = False
    "Every part has room for the stamp, not only the last."


@dataclass(frozen=True)
class Clip:
    """Frames that repeat for ever; `keys` are the indexes where decoding may start."""

    kind: str
    frames: tuple[Frame, ...]
    keys: tuple[int, ...]

    def key_after(self, index: int) -> int:
        """The first place at or after `index` where decoding may start."""
        return next((k for k in self.keys if k >= index), self.keys[0])


def filler_audio(size: int = 100, ticks: int = 960) -> Clip:
    """Opus-shaped packets of `size` payload bytes, 50 a second."""
    return Clip("audio", (Frame(True, (b"\x7b\x41" + FILLER[: size - 2],), ticks),), (0,))


def filler_video(parts: int = 2, size: int = 1000, ticks: int = 3600, every: int = 250) -> Clip:
    """VP8-shaped frames of `parts` packets whose payload with the descriptor is `size`; a key frame each
    `every`."""
    return Clip("video", tuple(_filler(n == 0, parts, size - 4, ticks) for n in range(every)), (0,))


def _filler(key: bool, parts: int, size: int, ticks: int) -> Frame:
    head = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\x68\x01" if key else b"\x11\x02\x00"
    first = head + FILLER[: size - len(head)]
    return Frame(key, (first,) + (FILLER[:size],) * (parts - 1), ticks, roomy=True)


@functools.cache
def recorded_audio(hertz: int = 440, packets: int = 100) -> Clip:
    """A tone in Opus, each packet padded for the stamp."""
    return Clip("audio", tuple(_opus_frames(hertz, packets)), tuple(range(packets)))


def _opus_frames(hertz: int, packets: int) -> Iterator[Frame]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    encoder.bit_rate = 24000
    encoder.options = {"frame_duration": "20", "vbr": "on", "application": "voip"}
    made = 0
    for n in range(packets + 4):
        wave = 12000 * np.sin(2 * np.pi * hertz * (np.arange(960) + n * 960) / 48000)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, n * 960, Fraction(1, 48000)
        for packet in encoder.encode(frame):
            if made < packets:
                made += 1
                yield Frame(True, (padded_opus(bytes(packet)),), 960)


def padded_opus(packet: bytes) -> bytes:
    """A one-frame Opus packet as code 3 with SIZE bytes of padding at its end (RFC 6716 3.2.5)."""
    if packet[0] & 3:
        raise ValueError("not a packet of one frame")
    return bytes([packet[0] | 3, 0x41, stamp.SIZE]) + packet[1:] + bytes(stamp.SIZE)


@functools.cache
def recorded_video(
    width: int = 320,
    height: int = 180,
    *,
    fps: int = 25,
    frames: int = 100,
    colour: int = 0,
    bit_rate: int = 250_000,
) -> Clip:
    """A moving bar over one colour in VP8, a key frame each second."""
    made = tuple(_vp8_frames(width, height, fps, frames, colour, bit_rate))
    return Clip("video", made, tuple(n for n, f in enumerate(made) if f.key))


def _vp8_frames(
    width: int, height: int, fps: int, frames: int, colour: int, bit_rate: int
) -> Iterator[Frame]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, fps), bit_rate
    encoder.gop_size = fps
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    for n in range(frames):
        frame = av.VideoFrame.from_ndarray(_picture(width, height, n, colour), "rgb24")
        frame.pts, frame.time_base = n, Fraction(1, fps)
        for packet in encoder.encode(frame.reformat(format="yuv420p")):
            yield _cut(bytes(packet), 90000 // fps)


def _picture(width: int, height: int, n: int, colour: int) -> np.ndarray:
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = (colour * 53 % 256, colour * 101 % 256, colour * 29 % 256)
    at = n * 6 % (width - 24)
    picture[:, at : at + 24] = 255 - picture[0, 0]
    grain = np.random.default_rng(n).integers(0, 60, (height // 3, 24, 1), np.uint8)
    picture[: height // 3, at : at + 24] ^= grain
    return picture


def _cut(data: bytes, ticks: int) -> Frame:
    pieces = [data[at : at + FRAGMENT] for at in range(0, len(data), FRAGMENT)]
    for piece in pieces[:-1]:
        stamp.remember(piece)
    pieces[-1] += bytes(stamp.SIZE)
    return Frame(not data[0] & 1, tuple(pieces), ticks)
