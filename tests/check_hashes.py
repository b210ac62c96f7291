#!/usr/bin/env python3
"""Checks that no hash table of the router has a hash that a client can work out, and so keys that it can make collide.

usage: check_hashes.py SOURCE_DIRECTORY

The standard hash has no key. So the standard tables may be used for pointers only; the others are ordered, or use
router/tables/seeded_hash.h.
"""
import pathlib
import re
import sys

FOLDERS = ("text", "wamp", "serializers", "transport", "router")
TABLE = re.compile(r"\bunordered_(?:multi)?(?:map|set)<(?!\s*(?:const )?\w+\s*\*)|\bstd::hash<[^>]*>\s*[{(]")


def main():
    root = pathlib.Path(sys.argv[1])
    problems, files = [], 0
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in (".h", ".cc")):
        here = str(path.relative_to(root))
        files += 1
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if TABLE.search(line):
                problems.append(f"{here}:{number}: a hash without a key: {line.strip()}")
    print("\n".join(problems))
    print(f"{files} files, {len(problems)} hashes without a key")
    return 1 if problems or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
