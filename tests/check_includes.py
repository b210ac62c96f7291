#!/usr/bin/env python3
"""Checks that includes follow the arrows of ARCHITECTURE.md and that each library has its one door.

usage: check_includes.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys

# Which folders of ours a folder may include from, besides itself.
ARROWS = {
    "text": set(),
    "wamp": set(),
    "serializers": {"text", "wamp"},
    "transport": {"text"},
    "crypto": {"text", "transport"},
    "client": {"text", "wamp", "serializers", "transport", "crypto"},
    "router": {"text", "wamp", "serializers", "transport", "crypto"},
    "bench": set(),
    "tests": {"text", "wamp", "serializers", "transport", "crypto", "client", "router", "bench"},
}

# Who may include more, and what. What measures over the wire has the client's sockets and frames, and joins as it does, may read and write messages,
# and has nothing of the router;
# the micro benchmarks measure single pieces of it.
EXCEPTIONS = [
    (re.compile(r"^bench/"), re.compile(r"^client/wire/|^transport/(tls/tls_client|rawsocket/\w+)\.h$")),
    (re.compile(r"^bench/load/printable\.cc$"), re.compile(r"^text/printable\.h$")),
    (re.compile(r"^bench/load/"), re.compile(r"^(serializers/(format|serializer)|wamp/value|client/(options|login/joining))\.h$")),
    (re.compile(r"^bench/micro/"), re.compile(r"^(text|wamp|serializers|transport|router)/|^tests/serializers/library_readers\.h$")),
    (re.compile(r"^router/main/main\.cc$"), re.compile(r"^(bench/load/(command|failure)|client/command/(commands|completion|connection/exit_status))\.h$")),
    (re.compile(r"^router/main/check\.h$"), re.compile(r"^client/command/question/file_question\.h$")),
]

# The rooms of a folder, bottom up, and the rooms that each includes from, besides itself. All arrows point to lines above.
SERIALIZERS_ROOMS = {
    "base": set(),
    "values": {"base"},
    "json": {"base", "values"},
    "binary": {"base", "values", "json"},
    "msgpack": {"base", "values", "binary"},
    "cbor": {"base", "values", "binary"},
    "envelope": {"base", "values"},
    "main": {"base", "values", "json", "binary", "msgpack", "cbor", "envelope"},
}
TRANSPORT_ROOMS = {
    "locks": set(),
    "memory": {"locks"},
    "counters": set(),
    "framing": set(),
    "loop": {"memory", "counters"},
    "tls": {"memory"},
    "socket": {"tls"},
    "websocketpp": {"memory", "framing"},
    "rawsocket": {"memory", "framing"},
    "http": {"tls", "websocketpp"},
    "proxy": {"socket", "http"},
    "websocket": {"memory", "framing", "websocketpp", "http"},
    "connection": {"locks", "memory", "counters", "framing", "tls", "socket", "rawsocket", "http"},
    "stream": {"memory", "counters", "loop", "tls", "socket", "websocket", "connection"},
    "messages": {"memory", "framing", "socket", "rawsocket", "websocket", "connection", "stream"},
    "connect": {"locks", "memory", "loop", "rawsocket", "http", "tls", "connection", "stream", "messages"},
    "long_poll": {"memory", "loop", "websocket", "connection"},
    "accept": {"locks", "memory", "loop", "socket", "rawsocket", "http", "proxy", "connection", "stream", "messages"},
}
ROUTER_ROOMS = {
    "dev_cert": set(),
    "config": set(),
    "config/document": {"config"},
    "config/clients": {"config", "config/document"},
    "config/realms": {"config", "config/document"},
    "config/transports": {"config", "config/document", "config/clients"},
    "config/file": {"config", "config/document", "config/clients", "config/realms", "config/transports"},
    "base": set(),
    "callees": {"base"},
    "tables": {"base"},
    "neighbours": {"base", "callees", "tables"},
    "memory": set(),
    "statistics": {"base"},
    "taps": {"base"},
    "matching": {"tables"},
    "cluster/words": {"base"},
    "cluster/bytes": {"cluster/words"},
    "cluster/interest": {"tables", "matching"},
    "cluster": {"cluster/words", "cluster/interest"},
    "cluster/nats": {"base", "cluster/words", "cluster/bytes"},
    "cluster/realms": {"base", "neighbours", "cluster/words", "cluster"},
    "auth/proofs": {"config", "base"},
    "auth": {"config", "base", "auth/proofs"},
    "access": {"config", "base", "tables", "matching"},
    "mail": {"config", "base", "callees", "tables", "memory", "statistics"},
    "member": {"config", "base", "callees", "tables", "memory", "statistics", "matching", "access", "mail"},
    "events": {"config", "base", "tables", "memory", "mail", "member"},
    "store": {"config", "base", "events"},
    "broker": {"config", "base", "tables", "memory", "matching", "mail", "member", "events", "neighbours"},
    "registrations": {"base", "callees", "tables", "memory", "matching", "mail", "member", "neighbours"},
    "dealer": {"base", "tables", "memory", "statistics", "matching", "access", "mail", "member", "broker", "registrations", "neighbours"},
    "directory": {"config", "base", "tables", "access", "mail", "member", "store", "broker", "dealer", "neighbours"},
    "insight": {"config", "base", "memory", "statistics", "taps", "member", "dealer", "directory"},
    "meta": {"config", "base", "memory", "access", "member", "events", "directory", "insight"},
    "realm": {"config", "base", "access", "mail", "member", "dealer", "directory", "insight", "meta", "neighbours"},
    "worker": {"base", "memory", "mail"},
    "link": {"tables", "mail", "dealer", "realm", "worker"},
    "entrance": {"config", "base", "memory", "auth/proofs", "auth", "mail", "member", "realm", "worker"},
    "session": {"config", "base", "tables", "memory", "taps", "auth", "access", "mail", "member", "realm", "worker", "entrance"},
    "chaos": {"config", "base", "memory", "worker", "session"},
    "monitor": {"config", "base", "memory", "events", "insight", "realm", "worker"},
    "http/client": {"config", "memory", "events", "dealer", "worker", "entrance", "session"},
    "http/forms": {"config", "base", "http/client"},
    "http/streams": {"http/client", "http/forms"},
    "http": {"config", "base", "auth/proofs", "auth", "realm", "entrance", "http/client", "http/forms", "http/streams"},
    "web": {"config", "base", "worker", "entrance", "session", "chaos", "monitor", "http"},
    "process": {"base"},
    "server": {"process", "config", "base", "memory", "realm", "worker", "chaos", "monitor", "web", "statistics"},
    "embed": {"config", "config/file", "base", "server"},
    "main": {"dev_cert", "config", "config/file", "base", "memory", "auth/proofs", "access", "chaos", "process", "server"},
}

CLIENT_ROOMS = {
    "main": set(),
    "login": {"main"},
    "wire": set(),
    "link": {"main", "wire"},
    "inside": {"main", "login", "link"},
    "command/words": set(),
    "command/question": set(),
    "command/output": {"main"},
    "command/settings": {"main", "command/words", "command/output"},
    "command/child": {"main", "command/words"},
    "command/connection": {"main", "command/words", "command/output", "command/settings", "command/child"},
    "command/verbs": {"main", "command/words", "command/question", "command/output", "command/settings", "command/child",
                      "command/connection"},
    "command/views": {"command/words", "command/output", "command/connection", "command/verbs"},
    "command": {"command/question", "command/words", "command/output", "command/settings", "command/verbs"},
}

HOUSES = {"serializers": SERIALIZERS_ROOMS, "transport": TRANSPORT_ROOMS, "router": ROUTER_ROOMS, "client": CLIENT_ROOMS}

# The files in which a library's headers may be included.
DOORS = {
    "websocketpp": re.compile(r"^transport/websocketpp/websocketpp_door\.(h|cc)$"),
    "msgpack": re.compile(r"^serializers/msgpack/msgpack_writer\.cc$"),
    "cbor": re.compile(r"^serializers/cbor/cbor_(values|writer)\.cc$"),
    "rapidjson": re.compile(r"^(serializers/json/unescape_json|router/config/document/json_document)\.cc$"),
    "spdlog": re.compile(r"^router/base/log\.cc$"),
    "sqlite3": re.compile(r"^router/store/sqlite_file\.cc$"),
    "zlib": re.compile(r"^transport/websocket/deflate\.cc$"),
    "openssl": re.compile(r"^(transport/tls/(pem\.h|\w+\.cc)|crypto/\w+\.cc|router/dev_cert/certificate_maker\.cc)$"),
    "prometheus": re.compile(r"^router/monitor/exposition\.cc$"),
    "sodium": re.compile(r"^crypto/crypto\.cc$"),
    "cjose": re.compile(r"^router/auth/proofs/token\.cc$"),
    "nats": re.compile(r"^(bench/nats/peer\.cc|router/cluster/nats/cnats\.h)$"),
    "CLI": re.compile(r"^(router/main/|client/command/(\w+\.cc$|(words|settings|verbs|views)/))"),
    "asio": re.compile(r"^(transport/|client/loop\.cc$)"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def room_of(path):
    """The room of a path in a house: its folder, perhaps one in another room; "main" of a file in none."""
    return "/".join(pathlib.PurePath(path).parts[1:-1]) or "main"


def check_file(root, path, complain, used):
    here = path.relative_to(root)
    folder = here.parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(2)
        where = f"{here}:{number}"
        top = target.split("/")[0].removesuffix(".hpp").removesuffix(".h")
        if top in DOORS and (folder not in ("tests", "bench") and not str(here).startswith("client/wire/") or top == "nats") and not DOORS[top].match(str(here)):
            complain(f"{where}: <{target}> has another door: {DOORS[top].pattern}")
        if found.group(1) != '"' or target.split("/")[0] not in ARROWS:
            continue
        other = target.split("/")[0]
        excepted = any(who.match(str(here)) and what.match(target) for who, what in EXCEPTIONS)
        if other != folder and other not in ARROWS[folder] and not excepted:
            complain(f"{where}: {folder}/ must not include from {other}/")
        if folder == other and folder in HOUSES:
            check_rooms(folder, here, target, where, complain, used)


def check_rooms(house, here, target, where, complain, used):
    rooms, mine, other = HOUSES[house], room_of(here), room_of(target)
    if mine not in rooms:
        return complain(f"{where}: {house}/{mine} is missing in the rooms of tests/check_includes.py")
    if mine != other and other not in rooms[mine]:
        complain(f"{where}: {house}/{mine} must not include from {house}/{other}")
    used.add((house, mine, other))


def check_houses_themselves(used, complain):
    for house, rooms in HOUSES.items():
        names = list(rooms)
        for number, (room, others) in enumerate(rooms.items()):
            for other in sorted(others):
                if other not in names[:number]:
                    complain(f"{house}: the arrow from {room} to {other} does not point up the list")
                if (house, room, other) not in used:
                    complain(f"{house}: {room} includes nothing from {other}")


def reached_from(arrows, room):
    seen, ahead = set(), [room]
    while ahead:
        new = [other for other in arrows.get(ahead.pop(), ()) if other not in seen]
        seen.update(new)
        ahead += new
    return seen


def check_architecture(root, complain):
    """ARCHITECTURE.md has a sentence on each room, and draws the fewest arrows that lead to the same rooms of router/."""
    text = (root / "ARCHITECTURE.md").read_text()
    for house, rooms in HOUSES.items():
        for room in rooms:
            if room != "main" and not re.search(rf"^\| `{house}/{room}` \| .+ \|$", text, re.MULTILINE):
                complain(f"ARCHITECTURE.md: no sentence on {house}/{room}")
    drawn = {}
    for room, other in re.findall(r"^  ([\w/]+) --> ([\w/]+)$", text, re.MULTILINE):
        drawn.setdefault(room, set()).add(other)
    for room in ROUTER_ROOMS:
        if reached_from(drawn, room) != reached_from(ROUTER_ROOMS, room):
            complain(f"ARCHITECTURE.md: the arrows from {room} lead elsewhere than its includes")
        for other in drawn.get(room, set()):
            if any(other in reached_from(drawn, third) for third in drawn[room] - {other}):
                complain(f"ARCHITECTURE.md: the arrow from {room} to {other} is there by others already")


def main():
    root = pathlib.Path(sys.argv[1])
    problems, used = [], set()
    files = 0
    for folder in ARROWS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                files += 1
                check_file(root, path, problems.append, used)
    check_houses_themselves(used, problems.append)
    check_architecture(root, problems.append)
    print("\n".join(problems))
    print(f"{files} files, {len(problems)} includes against the arrows")
    return 1 if problems or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
