#!/bin/bash
# smoke.sh FLOOR ROUTER PAGE: "wampd bench" loads the relay and the router with every workload over every transport,
# loses nothing, ends in time, and says what is wrong. The PAGE's configuration and commands work as they stand.
set -euo pipefail
floor=$1 router=$2 page=$3

folder=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# load ARGUMENTS: the generator's exit status says that something was done, and nothing refused, wrong or lost.
load() { timeout 20 "$router" bench "$@" --duration "${seconds:-0.2}" --warmup 0.1 --json; }

# refused REASON ARGUMENTS: the generator fails, and says why.
refused() {
  local reason=$1 said
  shift
  said=$(load "$@" 2>&1) && fail "found nothing wrong with $*"
  grep -qF -- "$reason" <<<"$said" || fail "$* said $said instead of $reason"
}

# serve CONFIGURATION LAST: starts wampd, and waits until it listens on a port, which becomes $port, and on LAST.
serve() {
  local output line=
  exec {output}< <(exec "$router" --config "$1" --workers 1 2>&1)
  servers+=($!)
  until [[ $line =~ 127.0.0.1:([0-9]+) ]]; do
    read -r -t 10 -u "$output" line || fail "wampd did not say where it listens"
  done
  port=${BASH_REMATCH[1]}
  until [[ $line == *"$2"* ]]; do read -r -t 10 -u "$output" line || fail "wampd does not listen on $2"; done
  cat <&"$output" >"$folder/log" & # its log is long, and it waits for whoever reads it
}

exec {output}< <(exec "$floor" --port 0)
servers+=($!)
read -r -t 10 -u "$output" line || fail "wampd-floor did not say where it listens"
url=ws://127.0.0.1:${line##* }
for workload in "rpc --pairs 4 --depth 8 --serializer json --callee-serializer msgpack" \
                "rpc --pairs 2 --depth 2 --payload 3000000" \
                "pubsub --publishers 2 --subscribers 6 --depth 4"; do
  # Megabytes take a while on a machine that has other things to do.
  # shellcheck disable=SC2086  # the words of a workload are arguments
  seconds=1 load $workload --floor --url "$url" --pid "${servers[0]}"
done

# All may be done but a call of "bench.procedure.1".
roles='"roles": [{"name": "anonymous", "permissions": [
  {"uri": "", "match": "prefix", "allow": {"call": true, "register": true, "publish": true, "subscribe": true}},
  {"uri": "bench.procedure.1", "allow": {"register": true}}]}]'
serves='"rawsocket": {"serializers": ["json", "msgpack"]}, "web": {"paths": {"ws": {"type": "websocket"}}},
  "limits": {"max_message_size": 2000000}, "auth": {"anonymous": {"type": "static", "role": "anonymous"},
  "ticket": {"type": "static", "principals": {"joe": {"ticket": "secret", "role": "anonymous"}}}}'
cat >"$folder/wampd.json" <<END
{"realms": [{"name": "realm1", $roles}], "transports": [
  {"type": "universal", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0}, $serves},
  {"type": "universal", "endpoint": {"type": "unix", "path": "$folder/socket"}, $serves}]}
END
serve "$folder/wampd.json" "unix:"

for url in "ws://127.0.0.1:$port/ws" "rs://localhost:$port" "rs+unix://$folder/socket" "rs://unix:$folder/socket" \
           "ws+unix://$folder/socket:/ws" "ws://unix:$folder/socket"; do
  load rpc --depth 4 --serializer json --url "$url" --pid "${servers[1]}"
  seconds=1 load rpc --callers 3 --payload 600000 --url "$url"
  load pubsub --publishers 2 --subscribers 4 --depth 4 --acknowledge --subscriber-serializer json --url "$url"
  load rpc --callers 3 --callees 2 --uris 50 --url "$url"
  load pubsub --publishers 2 --subscribers 4 --uris 50 --url "$url"
  load connect --connections 4 --url "$url"
  load idle --connections 20 --url "$url" --pid "${servers[1]}"
  refused wamp.error.not_authorized rpc --pairs 2 --url "$url"
done

# Several threads, an open loop, a login.
ws=ws://127.0.0.1:$port/ws rs=rs://127.0.0.1:$port
for workload in "rpc --callers 3" "pubsub --publishers 3 --subscribers 5" "connect --connections 4"; do
  # shellcheck disable=SC2086  # the words of a workload are arguments
  load $workload --threads 3 --url "$rs"
  # shellcheck disable=SC2086
  load $workload --threads 2 --rate 500 --url "$rs"
done
export WAMPD_BENCH_TICKET=secret
load rpc --authid joe --url "$ws"
echo secret >"$folder/ticket"
WAMPD_BENCH_TICKET=wrong load rpc --authid joe --ticket-file "$folder/ticket" --url "$rs"
WAMPD_BENCH_TICKET=wrong refused "could not join" rpc --authid joe --url "$ws"

refused "takes no more than 1048576" rpc --payload 1500000 --serializer json --url "$rs"
refused wamp.error.payload_size_exceeded rpc --payload 2500000 --url "$ws"
refused "the server answers 404 Not Found" rpc --url "ws://127.0.0.1:$port/nowhere"
refused "could not join" rpc --realm elsewhere --url "$rs"
refused wamp.error.not_authorized rpc --pairs 2 --threads 2 --url "$rs"
refused "needs a port" rpc --url rs://127.0.0.1
refused "work for 2 threads only" rpc --pairs 2 --threads 3
refused "cannot connect to $folder/nobody" rpc --url "rs+unix://$folder/nobody"

# What people see: a line each second, and the report.
said=$(timeout 20 "$router" bench rpc --url "$ws" --pid "${servers[1]}" --duration 2 --warmup 0 --progress 2>&1)
for part in " 1 s " " 2 s " "errors 0" "op/s" "p99.9" "server CPU" "own CPU"; do
  grep -qF -- "$part" <<<"$said" || fail "no \"$part\" in $said"
done

# TLS.
"$router" dev-cert --directory "$folder" >/dev/null
cat >"$folder/tls.json" <<END
{"realms": [{"name": "realm1", $roles}], "transports": [{"type": "universal", "endpoint": {"type": "tcp",
  "interface": "127.0.0.1", "port": 0, "tls": {"certificate": "server.pem", "key": "server.key"}}, $serves}]}
END
serve "$folder/tls.json" 127.0.0.1
for url in "wss://localhost:$port/ws" "rss://127.0.0.1:$port"; do
  load rpc --callers 3 --depth 4 --url "$url" --ca "$folder/ca.pem"
  load rpc --payload 900000 --threads 2 --callers 2 --url "$url" --ca "$folder/ca.pem"
  load pubsub --subscribers 3 --url "$url" --ca "$folder/ca.pem"
  load connect --connections 4 --url "$url" --ca "$folder/ca.pem"
  load idle --connections 4 --url "$url" --ca "$folder/ca.pem"
  refused "certificate verify failed" rpc --url "$url"
done
refused "holds no certificate in PEM" rpc --url "rss://localhost:$port" --ca "$folder/tls.json"
refused "has no TLS" rpc --url "$ws" --ca "$folder/ca.pem"

# The page.
# shellcheck disable=SC2016  # Markdown's backquotes
sed -n '/^```jsonc$/,/^```$/{/^```/d; s/"port": 8080/"port": 0/; p}' "$page" >"$folder/page.json"
serve "$folder/page.json" 127.0.0.1
page_pid=${servers[-1]}
commands=0
while read -r command; do
  command=${command/8080/$port}
  # shellcheck disable=SC2016  # the page's own words
  command=${command/'$(pgrep -x wampd | head -n 1)'/$page_pid}
  read -r -a words <<<"${command#'$ wampd bench '}"
  load "${words[@]}"
  commands=$((commands + 1))
done < <(grep '^\$ wampd bench ' "$page")
[[ $commands -gt 0 ]] || fail "no command in $page"

# And it does notice when there is nobody to answer.
kill "${servers[1]}"
wait "${servers[1]}" || true
refused "Connection refused" rpc --url "$rs"
