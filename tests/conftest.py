"""What every test shares: the pinned zone data, and the real services, each started once when a test first
asks for it."""

from care import zones
from tests.services import memory

zones.pin()
memory.choose()

pytest_plugins = ["tests.services.plugin"]
