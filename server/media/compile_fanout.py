"""Builds the compiled fan-out: `python -m server.media.compile_fanout`.

It needs a C compiler and Python's headers. An installation without them does without it, and nothing else
changes.
"""

import contextlib
import io
import sys
import tempfile
from pathlib import Path

from cffi import FFI  # type: ignore[import-untyped]

MODULE = "server.media._fanout"
PARTS = ("fan_out.c", "take_in.c")
HEAD = """
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
"""


def build(folder: Path) -> Path:
    """Compiles into `folder`; the module's file. Raises OSError or what the compiler's driver raises."""
    here = Path(__file__).parent
    shapes = (here / "compiled.h").read_text()
    ffi = FFI()
    ffi.cdef(shapes)
    source = "\n".join([HEAD, shapes, *((here / part).read_text() for part in PARTS)])
    ffi.set_source(MODULE.rpartition(".")[2], source, extra_compile_args=["-O2"])
    with tempfile.TemporaryDirectory(prefix=".fanout-", dir=folder) as work:
        made = Path(ffi.compile(tmpdir=work))
        return made.replace(folder / made.name)


def main() -> int:
    """Says in one line what came of it; 0 in every case, because nothing depends on it."""
    noise = io.StringIO()
    try:
        with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
            place = build(Path(__file__).parent)
    except Exception as error:  # compilers' drivers raise many kinds; each means: not here
        said = f"No compiled fan-out here, Python alone forwards media ({type(error).__name__})"
    else:
        said = f"Compiled fan-out: {place.name}"
    sys.stdout.write(said + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
