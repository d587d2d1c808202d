"""What every test shares: the real services, each started once when a test first asks for it."""

pytest_plugins = ["tests.services.plugin"]
