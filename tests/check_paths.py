#!/usr/bin/env python3
"""Checks that the files exist which ARCHITECTURE.md, CONTRIBUTING.md and docs/design name, and those that all pages link to.

usage: check_paths.py SOURCE_DIRECTORY

A name in backticks counts if it begins with one of the folders below; `a.{h,cc}` are two files, `*` is any text.
"""
import pathlib
import re
import sys

NAMED = re.compile(r"`((?:bench|client|cmake|conformance|crypto|docs|examples|router|scripts|serializers|tests|transport|wamp|web)/[^`\s]*)`")
LINKED = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def alternatives(name):
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", name)
    return [found[1] + one + found[3] for one in found[2].split(",")] if found else [name]


def main():
    root = pathlib.Path(sys.argv[1])
    of_the_code = [root / "ARCHITECTURE.md", root / "CONTRIBUTING.md", *sorted((root / "docs" / "design").glob("*.md"))]
    pages = of_the_code + [page for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if page not in of_the_code]
    problems, names = [], 0
    for page in pages:
        text = page.read_text()
        wanted = [(root, one) for name in NAMED.findall(text) if page in of_the_code for one in alternatives(name)]
        wanted += [(page.parent, link) for link in LINKED.findall(text)]
        names += len(wanted)
        for folder, name in wanted:
            if not any(folder.glob(name)) if "*" in name else not (folder / name).exists():
                problems.append(f"{page.relative_to(root)}: there is no {name}")
    print("\n".join(problems))
    print(f"{len(pages)} pages, {names} names, {len(problems)} without a file")
    return 1 if problems or names == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
