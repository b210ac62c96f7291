#!/bin/bash
# smoke.sh FLOOR LOAD: the load generator and the relay understand each other, lose nothing and end in time.
set -eu
floor=$1 load=$2

exec {output}< <(exec "$floor" --port 0)
floor_pid=$!
trap 'kill "$floor_pid" 2>/dev/null || true' EXIT
read -r -t 10 -u "$output" line || { echo "wampd-floor did not say where it listens" >&2; exit 1; }
url=ws://127.0.0.1:${line##* }

# The generator's exit status says that something was done, and nothing refused, wrong or lost.
for workload in "rpc --pairs 4 --depth 8 --serializer json --callee-serializer msgpack" \
                "rpc --pairs 2 --depth 2 --payload 100000" \
                "pubsub --publishers 2 --subscribers 6 --depth 4"; do
  # shellcheck disable=SC2086  # the words of a workload are arguments
  timeout 20 "$load" $workload --floor --url "$url" --pid "$floor_pid" --duration 0.4 --warmup 0.1 --json
done

# And it does notice when there is nobody to answer.
kill "$floor_pid"
if timeout 20 "$load" rpc --floor --url "$url" --duration 0.1 2>/dev/null; then
  echo "wampd-load found nothing wrong with a server that is not there" >&2
  exit 1
fi
