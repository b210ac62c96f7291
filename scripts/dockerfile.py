#!/usr/bin/env python3
"""Reads a Dockerfile, as far as ours goes: any other instruction, option or form is refused.

usage: dockerfile.py FILE

prints a line for each instruction, in words quoted for a shell: the number of its stage, its name, and what it says:

    FROM IMAGE NAME           RUN SCRIPT                COPY STAGE-OR-NOTHING SOURCE... TARGET
    ENTRYPOINT WORD...        CMD WORD...               HEALTHCHECK WORD...
    and of USER, WORKDIR, ENV, LABEL and EXPOSE the words that stand there
"""
import dataclasses
import json
import pathlib
import re
import shlex
import sys


class Wrong(Exception):
    """What is wrong in a Dockerfile, and where."""


@dataclasses.dataclass
class Instruction:
    stage: int
    name: str
    words: list
    options: dict


OPTIONS = {"COPY": {"from"}, "HEALTHCHECK": {"interval", "timeout", "start-period", "retries"}}


def exec_form(text):
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise Wrong(f"expected the exec form, [\"WORD\", ...], found {text}")
    return words


def of_from(text, _):
    found = re.fullmatch(r"(\S+)(?:\s+[Aa][Ss]\s+(\S+))?", text)
    if not found:
        raise Wrong(f"expected IMAGE or IMAGE AS NAME, found {text}")
    return [found[1], found[2] or ""]


def of_run(text, _):
    if text.startswith("["):
        raise Wrong("expected a command for the shell, found the exec form")
    return [text]


def of_copy(text, options):
    words = shlex.split(text)
    if len(words) < 2 or text.startswith("["):
        raise Wrong(f"expected SOURCE... TARGET, found {text}")
    return [options.get("from", ""), *words]


def of_healthcheck(text, _):
    command, _, words = text.partition(" ")
    if command != "CMD":
        raise Wrong(f"expected CMD, found {command}")
    return exec_form(words.strip())


def one_word(text, _):
    if len(words := shlex.split(text)) != 1:
        raise Wrong(f"expected one word, found {text}")
    return words


def pairs(text, _):
    words = shlex.split(text)
    for word in words:
        if "=" not in word:
            raise Wrong(f"expected NAME=VALUE, found {word}")
    return words


def listed(text, _):
    return exec_form(text)


READERS = {"FROM": of_from, "RUN": of_run, "COPY": of_copy, "HEALTHCHECK": of_healthcheck, "ENTRYPOINT": listed, "CMD": listed,
           "USER": one_word, "WORKDIR": one_word, "EXPOSE": one_word, "ENV": pairs, "LABEL": pairs}


def logical_lines(text):
    """Each instruction as one line, and the number of its first one; comments are left out, between its lines too."""
    parts, first = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        first = first if parts else number
        parts.append(line.removesuffix("\\").strip())
        if not line.endswith("\\"):
            yield first, " ".join(parts)
            parts = []
    if parts:
        yield first, " ".join(parts)


def take_options(name, text):
    options = {}
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", text):
        if found[1] not in OPTIONS.get(name, ()):
            raise Wrong(f"unknown option --{found[1]} of {name}")
        options[found[1]] = found[2]
        text = text[found.end():]
    return options, text


def parse(text):
    """The instructions of a Dockerfile; raises Wrong."""
    instructions, stage = [], -1
    for number, line in logical_lines(text):
        name, _, rest = line.partition(" ")
        try:
            if name.upper() not in READERS:
                raise Wrong(f"unknown instruction {name}")
            name = name.upper()
            stage += name == "FROM"
            if stage < 0:
                raise Wrong(f"expected FROM, found {name}")
            options, rest = take_options(name, rest.strip())
            instructions.append(Instruction(stage, name, READERS[name](rest, options), options))
        except Wrong as wrong:
            raise Wrong(f"line {number}: {wrong}") from None
    return instructions


def main():
    try:
        for one in parse(pathlib.Path(sys.argv[1]).read_text()):
            print(shlex.join([str(one.stage), one.name, *one.words]))
    except Wrong as wrong:
        sys.exit(f"{sys.argv[1]}: {wrong}")


if __name__ == "__main__":
    main()
