#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every layer is drilled: with it left out, at least three attempts that it stopped get through or
# are stopped by another.  Needs a test build (--without).  In a network namespace of its own, so
# that a service without the network layer meets no real network.
if [ -z "${DRILL_APART:-}" ]; then
  command -v unshare >/dev/null || { echo 'skip all: unshare is not installed'; exit 0; }
  if [ "$(id -u)" = 0 ]; then DRILL_APART=1 exec unshare --net -- "$0" "$@"; fi
fi
. tests/system/lib.sh
command -v python3 >/dev/null || skip_all 'python3 is not installed'
for program in nginx php-fpm8.2 redis-server node convert /usr/lib/postgresql/15/bin/postgres; do
  command -v "$program" >/dev/null || skip_all "$program is not installed"
done
ip link set lo up 2>/dev/null || skip_all 'ip (iproute2) is not installed'

put "$folder/app/server.js" <<<'// read by every service'
put "$folder/key" <<<'a secret'
chmod 600 "$folder/key"
put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: drill-layers
services:
  front:
    role: nginx
    command: nginx
    user: www-data
    files: {read: ["$folder/app"]}
    listens: [8080]
    publishes: {8080: ["127.0.0.1:18080"]}
    connects: [api:3000, "php:unix:/run/php/shop.sock"]
  php:
    role: php-fpm
    command: php-fpm8.2 -F
    listens: [{unix: /run/php/shop.sock, group: www-data, mode: 0660}]
  api:
    role: node
    command: node server.js
    files: {read: ["$folder/app"]}
    secrets: {KEY: "$folder/key"}
    listens: [3000, 5300/udp]
    connects: [cache:6379]
    limits: {files: 1024}
    after-ready: {forbid: [connect-new, write]}
  pay:
    role: payment-worker
    command: node pay.js
    files: {read: ["$folder/app"]}
    connects: [cache:6379]
  jobs:
    role: worker
    command: node jobs.js
    files: {read: ["$folder/app"]}
    connects: [cache:6379, "api:5300/udp"]
  timer:
    role: scheduler
    command: node timer.js
    files: {read: ["$folder/app"]}
    connects: [cache:6379]
  render:
    role: image-processor
    command: node render.js
    files: {read: ["$folder/app"], write: [{path: "$folder/media", create: 0700}]}
    programs: [/usr/bin/convert]
    limits: {files: 1024}
    after-ready: {forbid: [execute, fork]}
  db:
    role: postgres
    command: /usr/lib/postgresql/15/bin/postgres
    listens: [5432]
    limits: {files: 1024, processes: 100}
  cache:
    role: redis
    command: redis-server
    listens: [6379]
END

drill() { "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --json "$@" 2>"$folder/errors"; }

status=0
drill >"$folder/whole.json" || status=$?
if [ "$status" = 0 ]; then
  ok 'with every layer nothing gets through and every scenario holds'
else
  not_ok 'with every layer nothing gets through and every scenario holds' "status $status"
  tail -n 5 "$folder/errors"
  python3 - "$folder/whole.json" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
for place in report.get("places", []):
    for row in place["rows"]:
        if row["verdict"] == "got through":
            print("  got through:", place["name"], row["attempt"])
for scenario in report.get("scenarios", []):
    if scenario["result"] == "broken":
        print("  broken:", scenario["name"], scenario["text"])
END
fi

# How many attempts of LAYER changed, and whether the category of each still has three that count.
cat >"$folder/compare" <<'END'
import json, sys

def rows(file):
    return {(place["name"], row["attempt"]): row
            for place in json.load(open(file))["places"] for row in place["rows"]}

layer, whole, less = sys.argv[1], rows(sys.argv[2]), rows(sys.argv[3])
changed = {}
for key, row in whole.items():
    other = less.get(key)
    if not other or row["verdict"] != "stopped" or row["layer"] != layer:
        continue
    if other["verdict"] == "got through":
        changed[key[1]] = "got through"
    elif other["verdict"] == "stopped" and other["layer"] != layer:
        changed.setdefault(key[1], other["layer"])
for name, what in sorted(changed.items()):
    print(f"  {name}: {what}")
print(f" {len(changed)} change")
sys.exit(len(changed) < 3)
END

# Two services that differ most: a network and no programs, programs and no network.
for layer in identity capabilities seccomp exec namespaces view landlock labels network resources phase; do
  status=0
  drill --without "$layer" api render >"$folder/less.json" || status=$?
  name="at least three attempts show that $layer is there"
  if [ "$status" -gt 1 ]; then
    not_ok "$name" "status $status: $(tail -n 1 "$folder/errors")"
  elif python3 "$folder/compare" "$layer" "$folder/whole.json" "$folder/less.json" >"$output"; then
    ok "$name:$(tail -n 1 "$output")"
  else
    not_ok "$name"
    cat "$output"
  fi
done

expect 1 'what gets through is the exit status' \
  "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --without resources api
says 'got through api: raise-files (raise its limit of descriptors' 'and has a line of its own'
expect 0 'what Landlock stops is stopped without it as well' \
  "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --without landlock api

cat >"$folder/categories" <<'END'
import collections, json, sys
proved = collections.defaultdict(set)
for place in json.load(open(sys.argv[1]))["places"]:
    for row in place["rows"]:
        proved[row["category"]]
        if row["verdict"] == "stopped":
            proved[row["category"]].add(row["attempt"])
few = {name: sorted(rows) for name, rows in proved.items() if len(rows) < 3}
print(few)
sys.exit(bool(few) or sum(map(len, proved.values())) < 60)
END
expect 0 'every category has three attempts that are not void' \
  python3 "$folder/categories" "$folder/whole.json"
