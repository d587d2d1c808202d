"""The file a person gets with all of their own data: a zip with a page to read, without scripts, and the same
as JSON. Only its owner on this machine can read it, and it never replaces a file."""

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.3rem;"
    "text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}"
)
Rows = Sequence[Mapping[str, object]]


def page(parts: Mapping[str, Rows], left_out: Sequence[str], made: str) -> str:
    """Everything as one page of HTML."""
    body = [f"<h1>What we keep about you</h1><p>Made {escape(made)}. Times are in UTC.</p>"]
    body += [_part(title, rows) for title, rows in parts.items()]
    points = "".join(f"<li>{escape(line)}</li>" for line in left_out)
    body.append(f"<h2>What is not in this file, and by which rule</h2><ul>{points}</ul>")
    head = f'<meta charset="utf-8"><title>What we keep about you</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _part(title: str, rows: Rows) -> str:
    heading = f"<h2>{escape(title)}</h2>"
    if not rows:
        return f"{heading}<p>Nothing.</p>"
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(row.get(name)))}</td>" for name in names) + "</tr>"
        for row in rows
    )
    return f"{heading}<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def write(path: Path, parts: Mapping[str, Rows], left_out: Sequence[str], made: str) -> None:
    """A new zip (0600 from its first byte). Raises FileExistsError where something is."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    told = {"made": made, "left_out": list(left_out), "parts": dict(parts)}
    with os.fdopen(descriptor, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page(parts, left_out, made))
        archive.writestr("data.json", json.dumps(told, indent=1, ensure_ascii=False))
