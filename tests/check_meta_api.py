#!/usr/bin/env python3
"""Checks that the tables of docs/meta-api.md have what the router's sources name of its own, and nothing else.

usage: check_meta_api.py SOURCE_DIRECTORY

In router/, whatever stands in quotation marks and begins with "wamp." or "wampd." is the name of a procedure, an event or a reason.
In the page, it is the first cell of a row.
"""
import pathlib
import re
import sys

IN_SOURCES = re.compile(r'"(wampd?(?:\.[a-z_]+)+)"')
IN_PAGE = re.compile(r"^\| `(wampd?(?:\.[a-z_]+)+)` \|", re.MULTILINE)


def main():
    root = pathlib.Path(sys.argv[1])
    files = [path for path in (root / "router").rglob("*") if path.suffix in (".h", ".cc")]
    router = {name for path in files for name in IN_SOURCES.findall(path.read_text())}
    rows = [name for name in IN_PAGE.findall((root / "docs" / "meta-api.md").read_text()) if not name.startswith("wamp.error.")]
    problems = [f"docs/meta-api.md: no row for {name}" for name in sorted(router - set(rows))]
    problems += [f"docs/meta-api.md: the router has no {name}" for name in sorted(set(rows) - router)]
    problems += [f"docs/meta-api.md: {name} has two rows" for name in sorted(name for name in router if rows.count(name) > 1)]
    print("\n".join(problems))
    print(f"{len(router)} names in the sources, {len(rows)} in the page, {len(problems)} problems")
    return 1 if problems or not router else 0


if __name__ == "__main__":
    sys.exit(main())
