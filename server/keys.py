"""What handlers find in the application, by typed keys instead of globals."""

from collections.abc import Callable

from aiohttp import web

from server.rooms.moment import Now
from server.rooms.registry import Registry
from server.settings import ServerSettings
from store.database import Database
from store.live import Live
from store.questionnaires import Library
from store.sealing import Keys
from store.settings import StoreSettings

SETTINGS: web.AppKey[ServerSettings] = web.AppKey("settings", ServerSettings)
STORE_SETTINGS: web.AppKey[StoreSettings] = web.AppKey("store_settings", StoreSettings)
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
KEYS: web.AppKey[Keys] = web.AppKey("keys", Keys)
LIVE: web.AppKey[Live] = web.AppKey("live", Live)
REGISTRY: web.AppKey[Registry] = web.AppKey("registry", Registry)
CLOCK: web.AppKey[Callable[[], Now]] = web.AppKey("clock", Callable)  # type: ignore[arg-type]
QUESTIONNAIRES: web.AppKey[Library] = web.AppKey("questionnaires", Library)
