"""What a process logs can be read by a machine and holds nothing about a person."""

import json
import logging
import subprocess
import sys

SPEAKS = """
import logging
from command import logs

def fail():
    secret_name = "Ada Example"
    raise ValueError("it broke")

logs.write()
logger = logging.getLogger("server.rooms")
logger.info("Room opened", extra={"action": "room_opened", "session": "s1"})
logging.getLogger("aiohttp.access").info("127.0.0.1 GET /")
try:
    fail()
except ValueError:
    logger.exception("A request failed", extra={"action": "request_failed"})
"""


def test_each_line_is_json_and_a_traceback_shows_no_variables():
    ran = subprocess.run([sys.executable, "-c", SPEAKS], capture_output=True, text=True, check=True)

    first, second = (json.loads(line) for line in ran.stderr.splitlines())
    assert (first["event"], first["action"], first["session"]) == ("Room opened", "room_opened", "s1")
    assert first["level"] == logging.getLevelName(logging.INFO).lower()
    assert "it broke" in json.dumps(second)
    assert "Ada Example" not in ran.stderr
    assert ran.stdout == ""
