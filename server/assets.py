"""Static files under an address that changes with their content, so browsers may keep them for ever.

One digest over the whole tree stands in the path (`/static/<digest>/js/room.js`): modules import each other
by relative address and so stay within one version without a build step.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TYPES = MappingProxyType(
    {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".wav": "audio/wav",
        ".webmanifest": "application/manifest+json",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The files that may be served, by path below the static folder, and their common version."""

    version: str
    files: Mapping[str, Path]

    @classmethod
    def read(cls, folder: Path) -> "Assets":
        """List and digest every file of a known type below `folder`."""
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in TYPES
        }
        digest = hashlib.sha256()
        for name, path in files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        return cls(version=digest.hexdigest()[:12], files=MappingProxyType(files))

    def address(self, name: str) -> str:
        """The path to put into a page; an unknown name is a mistake of ours and raises KeyError."""
        if name not in self.files:
            raise KeyError(f"no such asset: {name}")
        return f"/static/{self.version}/{name}"
