"""One valid signalling frame of each kind that a client may send (docs/protocol.md section 5)."""

from __future__ import annotations

from typing import Any

SIGNALLING: tuple[dict[str, Any], ...] = (
    {
        "type": "hello",
        "ticket": "t" * 43,
        "versions": [1],
        "slots": 11,
        "device": "phone",
        "tab": "tab-12345",
    },
    {
        "type": "offer",
        "request": 0,
        "connection": "connection1",
        "sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n",
    },
    {"type": "arrive", "where": "at home", "phone": "030 123", "alone": True, "headphones": False},
    {"type": "mic", "on": True},
    {"type": "camera", "on": False},
    {"type": "show", "slots": {"0": 360, "10": 0}},
    {"type": "text", "text": "I hear nothing", "to": "member1"},
    {"type": "leave"},
    {"type": "take_over"},
    {"type": "pulse", "n": 7},
    {"type": "blind", "since_ms": 1500, "packets": 10},
    {"type": "admit", "members": ["member1", "member2"]},
    {"type": "admit", "all": True},
    {"type": "greet", "member": "member1"},
    {"type": "end_greet", "member": "member1"},
    {"type": "send_back", "member": "member1"},
    {"type": "decline", "member": "member1", "words": "Please call us"},
    {"type": "mute", "member": "member1"},
    {"type": "ask", "member": "member1", "what": "mic"},
    {"type": "remove", "member": "member1"},
    {"type": "lock", "on": True},
    {"type": "end"},
    {"type": "sheet", "member": "member1"},
)
