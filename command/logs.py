"""How every long-running process writes its log: one JSON object a line on standard error.

Lines carry ids and codes. A traceback shows files and lines but no local variables, which may hold a name.
"""

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor


def write(*, quiet: bool = False) -> None:
    """Sends what this process logs to standard error from now on; `quiet`: only what went wrong."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    line = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(line)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    # Access lines would carry the addresses of people; libraries say at INFO what only their authors need.
    logging.getLogger("aiohttp.access").disabled = True
    for library in ("apscheduler", "alembic", "asyncio"):
        logging.getLogger(library).setLevel(logging.WARNING)
