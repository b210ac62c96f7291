"""Tables in Markdown, and the places of a page that they are written to."""

from .servers import Failure

END = "<!-- to here -->"


def begin(program):
    return f"<!-- {program} writes from here -->"


def table(header, lines):
    bars = ["|" + "---|" + "---:|" * (len(header) - 1)]
    return "\n".join(["| " + " | ".join(header) + " |", *bars, *("| " + " | ".join(line) + " |" for line in lines)])


def around(path, program):
    """What the page has before and after what `program` writes, marks included."""
    before, mark, rest = path.read_text().partition(begin(program))
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise Failure(f"{path} has not the two lines between which the table goes: {begin(program)} and {END}")
    return before + mark, end + after


def write(path, program, text):
    path.write_text(f"\n\n{text}\n\n".join(around(path, program)))
