"""What every test shares: the pinned zone data, and the real services, each started once when a test first
asks for it."""

from care import zones

zones.pin()

pytest_plugins = ["tests.services.plugin"]
