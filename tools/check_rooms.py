"""Fails when a room includes a room it may not see (tools/rooms.toml), when SQL stands outside storage, when Beast stands in a
header, or when a room has no README."""

import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAY_SEE = tomllib.loads((ROOT / "tools/rooms.toml").read_text())
SQL = re.compile(r'"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b', re.IGNORECASE)
BEAST = re.compile(r'\s*#include (<boost/beast|"core/base/http_message\.hpp")')
BEAST_TEMPLATES = ROOT / "packages/core/base/http_message.hpp"   # for .cpp files
INCLUDE = re.compile(r'\s*#include "((\w+)/[^"]+)"')


def sources():
    for room in MAY_SEE:
        folder = ROOT / room if room in ("apps", "tests", "bench") else ROOT / "packages" / room
        for file in sorted(folder.rglob("*.[ch]pp")):
            if "node_modules" not in file.parts:
                yield room, file


def problems():
    for room, file in sources():
        name = file.relative_to(ROOT)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            where = f"{name}:{number}"
            if found := INCLUDE.match(line):
                path, target = found.groups()
                allowed = any(path.startswith(seen + "/") for seen in MAY_SEE[room] + [room])
                if target in MAY_SEE and not allowed:
                    yield f"{where}: {room} may not include {path}"
            if room not in ("storage", "tests", "bench") and SQL.search(line):
                yield f"{where}: SQL belongs in packages/storage"
            if file.suffix == ".hpp" and file != BEAST_TEMPLATES and BEAST.match(line):
                yield f"{where}: Beast belongs in .cpp files"
    for room in MAY_SEE:
        folder = ROOT / "packages" / room
        if folder.is_dir() and not (folder / "README.md").exists():
            yield f"packages/{room}: has no README.md"


found = list(problems())
print("\n".join(found) or "rooms: every include follows the arrows")
sys.exit(bool(found))
