"""The house keeps its shape: layers, purity, one place for each dangerous thing. Read from the source."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PACKAGES = ("care", "store", "server", "scheduler", "command")
FILES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
TEST_FILES = sorted((HOUSE / "tests").rglob("*.py"))

WALL_CLOCK_BORDERS = {
    "command/": "entry points of the shell",
    "server/clock.py": "the clock that is handed down",
    "scheduler/main.py": "entry point of the scheduler",
    "scheduler/clockwork.py": "reads the clock once for each tick",
}
"""Files that may read the wall clock, and why. Everything else gets `now` as an argument."""

LONGEST_FILE = 450


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=name_of(path))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module a file imports, by full dotted name."""
    found: list[str] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} uses a relative import"
            found.append(node.module or "")
    return tuple(found)


def importers(root: str) -> set[str]:
    """Files of the product that import a package or a part of it."""
    return {name_of(path) for path in FILES if any(name.split(".")[0] == root for name in imports(path))}


@cache
def calls(path: Path) -> tuple[tuple[str, int], ...]:
    """Every call as dotted text with its line."""
    made = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return tuple((ast.unparse(node.func), node.lineno) for node in made)


def test_layers_point_downward():
    # In a process of its own: the tool reconfigures logging of the whole process it runs in.
    tool = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([tool], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("library", ["aiohttp", "aiortc", "jinja2", "redis", "apscheduler"])
def test_the_product_stands_on_the_libraries_it_names(library):
    assert importers(library), f"no file of the product imports {library}"


def test_care_needs_nothing_but_the_standard_library_and_does_no_work_of_its_own():
    impure = {
        "asyncio",
        "logging",
        "os",
        "socket",
        "subprocess",
        "threading",
        "sqlite3",
        "pathlib",
        "io",
        "time",
    }
    for path in (HOUSE / "care").rglob("*.py"):
        for name in imports(path):
            root = name.split(".")[0]
            assert root == "care" or root in sys.stdlib_module_names, f"{name_of(path)} imports {name}"
            assert root not in impure, f"{name_of(path)} imports {name}: care is pure"


def test_media_libraries_stay_below_server_media():
    for library in ("aiortc", "aioice", "pylibsrtp"):
        assert all(name.startswith("server/media/") for name in importers(library)), importers(library)


def test_private_parts_of_media_libraries_are_touched_in_one_file():
    guilty = set()
    for path in (HOUSE / "server/media").rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {
                "aiortc",
                "pylibsrtp",
            }:
                private = any(alias.name.startswith("_") for alias in node.names)
                if private or "._" in (node.module or ""):
                    guilty.add(name_of(path))
    assert guilty <= {"server/media/rtc_backend.py"}


def test_apscheduler_is_wound_in_one_file():
    assert importers("apscheduler") == {"scheduler/clockwork.py"}


def test_the_environment_is_read_in_settings_files_only():
    for path in FILES:
        text = path.read_text()
        if path.name != "settings.py":
            assert "os.environ" not in text, name_of(path)
            assert "getenv" not in text, name_of(path)


CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.datetime.now", "datetime.datetime.utcnow",
    "date.today", "datetime.today", "time.time", "time.time_ns",
}  # fmt: skip


def test_the_wall_clock_is_read_at_the_borders_only():
    for path in FILES:
        if not any(name_of(path).startswith(border) for border in WALL_CLOCK_BORDERS):
            for call, line in calls(path):
                assert call not in CLOCKS, (
                    f"{name_of(path)}:{line} reads the clock: take `now` as an argument"
                )


FORBIDDEN_MEDIA = {
    "MediaRecorder", "MediaRelay", "MediaBlackhole", "MediaPlayer", "RTCRtpReceiver", "RTCRtpSender",
    "RTCPeerConnection", "VideoStreamTrack", "AudioStreamTrack", "CodecContext", "AudioResampler",
    "decoder_for", "encoder_for", "get_decoder", "get_encoder",
}  # fmt: skip


def test_the_product_opens_no_codec_and_stores_no_media():
    for path in FILES:
        names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        imported = {
            alias.name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not (names | imported) & FORBIDDEN_MEDIA, name_of(path)
        for name in imports(path):
            root = name.split(".")[0]
            assert root not in {"av", "cv2", "numpy", "wave", "soundfile", "ffmpeg"}, (
                f"{name_of(path)}: {name}"
            )
            assert not name.startswith(("aiortc.codecs", "aiortc.contrib")), f"{name_of(path)}: {name}"


def test_the_forwarder_writes_no_files():
    writers = {
        "open",
        "os.open",
        "os.write",
        "os.writev",
        "os.sendfile",
        "io.open",
        "tempfile.NamedTemporaryFile",
    }
    for path in (HOUSE / "server/media").rglob("*.py"):
        for call, line in calls(path):
            last = call.rpartition(".")[2]
            assert call not in writers, f"{name_of(path)}:{line} opens a file"
            assert last not in {"write_bytes", "write_text"}, f"{name_of(path)}:{line} writes a file"


def test_http_tests_use_the_aiohttp_client_of_pytest():
    users = [path for path in TEST_FILES if "aiohttp_client" in path.read_text() and path != Path(__file__)]
    assert users, "no test asks for pytest-aiohttp's client"


def test_package_markers_are_empty_and_tests_have_none():
    for path in FILES:
        if path.name == "__init__.py":
            assert not path.read_text().strip(), name_of(path)
    assert not [name_of(path) for path in TEST_FILES if path.name == "__init__.py"]


def test_no_file_is_named_for_having_no_idea():
    homeless = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc", "lib"}
    for path in [*FILES, *TEST_FILES]:
        assert not homeless & {part.removesuffix(".py") for part in path.relative_to(HOUSE).parts}, name_of(
            path
        )


def test_files_stay_small_enough_to_be_read_at_once():
    for path in FILES:
        if "versions" in path.parts:
            continue  # a migration is history: it is not rewritten to be shorter
        lines = len(path.read_text().splitlines())
        assert lines <= LONGEST_FILE, f"{name_of(path)} has {lines} lines"


def test_every_module_says_what_it_is_for():
    for path in FILES:
        if path.name != "__init__.py":
            assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"


def test_nothing_is_left_for_later():
    for path in [*FILES, *sorted((HOUSE / "web/static").rglob("*.js"))]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert "TODO" not in line, f"{name_of(path)}:{number}"
            assert "FIXME" not in line, f"{name_of(path)}:{number}"
            assert "XXX" not in line, f"{name_of(path)}:{number}"


def test_pages_ask_nobody_else_for_anything():
    ours = ("http://www.w3.org/",)
    for path in sorted((HOUSE / "web").rglob("*")):
        if path.suffix in {".html", ".css", ".js", ".svg"}:
            text = path.read_text()
            for scheme in (
                'src="http',
                'href="//',
                'src="//',
                "url(http",
                "url(//",
                "@import 'http",
                '@import "http',
            ):
                assert scheme not in text.replace(ours[0], ""), (
                    f"{name_of(path)} asks a third party ({scheme})"
                )
