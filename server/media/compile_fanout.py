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
DEFINITIONS = """
typedef int (*protect_fn)(void *context, void *packet, int *length);
typedef struct {
    void *seal;
    int socket;
    uint32_t address_size;
    char address[32];
    uint32_t number;
    uint32_t drops;
    double sent[4096];
} subscriber;
typedef struct {
    subscriber *to;
    uint32_t ssrc, timestamps;
    uint16_t sequences, pictures;
    uint8_t tl0s, plain, marked, wide_byte, level_byte;
} target;
static void fan_out(protect_fn protect, target *targets, int count, const unsigned char *packet, int size,
                    int marker, int sequence, uint32_t timestamp, int picture_at, int picture, int tl0,
                    int has_value, double now);
"""


def build(folder: Path) -> Path:
    """Compiles into `folder`; the module's file. Raises OSError or what the compiler's driver raises."""
    ffi = FFI()
    ffi.cdef(DEFINITIONS)
    source = Path(__file__).with_name("fan_out.c").read_text()
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
