#!/usr/bin/env python3
"""Checks that includes follow the arrows of ARCHITECTURE.md and that each library has its one door.

usage: check_includes.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys

# Which folders of ours a folder may include from, besides itself.
ARROWS = {
    "wamp": set(),
    "serializers": {"wamp"},
    "transport": set(),
    "router": {"wamp", "serializers", "transport"},
    "bench": set(),
    "tests": {"wamp", "serializers", "transport", "router", "bench"},
}

# Who may include more, and what. What measures over the wire shares no code with what it measures; the micro benchmarks
# measure single pieces of the router.
EXCEPTIONS = [
    (re.compile(r"^bench/micro/"), re.compile(r"^(wamp|serializers|transport|router)/")),
    (re.compile(r"^router/main\.cc$"), re.compile(r"^bench/load/command\.h$")),
]

# Inside router/ a file may include files of its own layer and of those below. A folder is a room with one place
# here for all of its files; config is one that includes nothing else of router/ but crypto.
ROUTER_LAYERS = [
    {"mutex", "leftover_work", "session_ref", "id_map", "callee_room", "seeded_hash", "holding", "value_bytes", "copy_on_write", "grant", "id_source", "embedded_web", "version", "log", "log_sampler", "clock", "rendezvous_hash", "rfc3339", "memory_guard", "memory_use", "memory_reserve", "unheld_memory", "request_ids", "session_rules", "waiting_requests", "crypto", "config", "dev_cert"},
    {"auth", "verdicts"},
    {"uri_index", "common_uri", "prefix_tree", "wildcard_table", "linear_hash_table", "routed_payload"},
    {"authorizer", "delivery", "mail_list", "payload_passthru"},
    {"denial_log", "explain", "counters", "exposition"},
    {"member"},
    {"session_record", "welcome_details", "mailbox", "members", "request_check", "event_filter", "authorizer_answer"},
    {"outbox", "frame_encoder", "event_backlog"},
    {"broker"},
    {"dealer"},
    {"realm_state"},
    {"meta"},
    {"realm", "realms"},
    {"entrance"},
    {"resident", "event_round", "catch_up_budget", "worker", "memory_watch", "shedding", "inquiry", "new_applicant", "admission", "held_requests", "sender", "taken_watch", "event_sender", "backpressure", "membership", "membership_refusals", "session", "session_admission", "connection_limits"},
    {"subprotocol", "web_access", "listen_failure"},
    {"long_poll", "monitor"},
    {"web_service"},
    {"server"},
    {"main"},
]

# The files in which a library's headers may be included.
DOORS = {
    "websocketpp": re.compile(r"^transport/websocketpp_door\.(h|cc)$"),
    "msgpack": re.compile(r"^$"),  # tests only
    "cbor": re.compile(r"^serializers/cbor_values\.cc$"),
    "rapidjson": re.compile(r"^(serializers/unescape_json|router/config/json_document)\.cc$"),
    "spdlog": re.compile(r"^router/log\.cc$"),
    "sqlite3": re.compile(r"^router/broker/sqlite_file\.cc$"),
    "zlib": re.compile(r"^transport/deflate\.cc$"),
    "openssl": re.compile(r"^(transport/(tls|tls_stream|certificate)|router/crypto/\w+|router/dev_cert/certificate_maker)\.cc$"),
    "prometheus": re.compile(r"^router/exposition\.cc$"),
    "sodium": re.compile(r"^router/crypto/crypto\.cc$"),
    "cjose": re.compile(r"^router/auth/token\.cc$"),
    "nats": re.compile(r"^bench/nats/peer\.cc$"),
    "CLI": re.compile(r"^router/main\.cc$"),
    "asio": re.compile(r"^transport/"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def layer_of(name):
    for number, names in enumerate(ROUTER_LAYERS):
        if name in names or name.split("/")[0] in names:
            return number
    return None


def check_file(root, path, complain):
    here = path.relative_to(root)
    folder = here.parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(2)
        where = f"{here}:{number}"
        top = target.split("/")[0].removesuffix(".hpp").removesuffix(".h")
        if top in DOORS and (folder not in ("tests", "bench") or top == "nats") and not DOORS[top].match(str(here)):
            complain(f"{where}: <{target}> has another door: {DOORS[top].pattern}")
        if found.group(1) != '"' or target.split("/")[0] not in ARROWS:
            continue
        other = target.split("/")[0]
        excepted = any(who.match(str(here)) and what.match(target) for who, what in EXCEPTIONS)
        if other != folder and other not in ARROWS[folder] and not excepted:
            complain(f"{where}: {folder}/ must not include from {other}/")
        if folder == other == "router":
            check_router_layers(here, target, where, complain)


def check_router_layers(here, target, where, complain):
    mine = layer_of(str(here.relative_to("router").with_suffix("")))
    theirs = layer_of(str(pathlib.Path(target).relative_to("router").with_suffix("")))
    if here.parts[1] == "config":
        if not target.startswith("router/config/") and not target.startswith("router/crypto/"):
            complain(f"{where}: router/config/ is a room of its own and includes nothing else of router/ but crypto")
    elif mine is None or theirs is None:
        complain(f"{where}: {here} or {target} is missing in ROUTER_LAYERS of tests/check_includes.py")
    elif theirs > mine:
        complain(f"{where}: {target} is in a layer above {here}")


def main():
    root = pathlib.Path(sys.argv[1])
    problems = []
    files = 0
    for folder in ARROWS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                files += 1
                check_file(root, path, problems.append)
    print("\n".join(problems))
    print(f"{files} files, {len(problems)} includes against the arrows")
    return 1 if problems or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
