#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every layer is drilled, and behind it another: `drill --depth` makes each attempt again without what
# stopped it.  In a network namespace of its own, so that what stands there is nobody's.
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

drill() { "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --json 2>"$folder/errors"; }

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

cat >"$folder/layers" <<'END'
# Of each layer: how many attempts it holds, once those before it are off.
import collections, json, sys
held = collections.Counter()
report = json.load(open(sys.argv[1]))
for place in report["places"]:
    for row in place["rows"]:
        held.update(row["holds"])
for layer in sys.argv[2:]:
    print(f"{'ok' if held[layer] >= 3 else 'not ok'} at least three attempts show that {layer} is there: {held[layer]}")
for cell in report["cells"]:
    for lone in cell["shallow"]:
        if "reason" not in lone:
            print(f"  {cell['service']}, {cell['class']}: {lone['attempt']} is held by {lone.get('only', 'none')} alone")
    if cell["missing"]:
        print(f"not ok {cell['service']}, {cell['class']}: the plan means {' '.join(cell['missing'])}, which hold nothing")
END

# Those that differ most: a network and no programs, programs and no network, old calls, folders in
# memory that are closed to others, a filter that lets files be made and not removed.
expect 0 'two layers or a written reason for every attempt' \
  "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --depth --json --junit "$folder/depth.xml" \
  api render db front pay
cp "$output" "$folder/depth.json"
python3 "$folder/layers" "$folder/depth.json" identity capabilities seccomp exec namespaces view landlock \
  labels network resources phase | tee "$folder/held"
if grep -q '^not ok' "$folder/held"; then bad=1; fi

cat >"$folder/junit" <<'END'
# A suite for each service, a case for each attempt, in which the words are those of the report.
import json, sys
import xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
report = json.load(open(sys.argv[2]))
assert suites.tag == "testsuites" and suites.get("name") == report["stack"]
assert [suite.get("name") for suite in suites] == [place["name"] for place in report["places"]]
for suite, place in zip(suites, report["places"]):
    assert int(suite.get("tests")) == len(suite) == len(place["rows"])
    skipped = failed = 0
    for case, row in zip(suite, place["rows"]):
        assert case.get("name") == row["attempt"] and case.get("classname") == row["category"]
        assert row["sentence"] in case.find("system-out").text
        skipped += case.find("skipped") is not None
        failed += case.find("failure") is not None
        if row["verdict"] == "got through":
            assert case.find("failure").get("message") == row["sentence"]
        elif row["verdict"] != "stopped":
            assert case.find("skipped").get("message") == row["text"]
    assert int(suite.get("skipped")) == skipped and int(suite.get("failures")) == failed
    print(suite.get("name"), suite.get("tests"), "cases,", skipped, "skipped,", failed, "failed")
END
expect 0 'the same as JUnit XML' python3 "$folder/junit" "$folder/depth.xml" "$folder/depth.json"

expect 1 'what gets through without a layer is the exit status' \
  "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --roles roles --without resources --without phase \
  --junit "$folder/less.xml" api
says 'got through api: raise-files (raise its limit of descriptors' 'and has a line of its own'
says 'without resources, phase' 'and it is said which layers were off'
says 'in networks made for the drill, on scratch data' 'and on what'
expect 0 'a failure each in the XML' grep -q '<failure type="got through" message="raise its limit' "$folder/less.xml"
expect 2 'there is no such layer' "$BULKHEAD" drill -f "$folder/bulkhead.yaml" --without vieww api
says 'did you mean view' 'but another'
mkfifo "$folder/app/pipe"
put "$folder/pipe.yaml" <<END
bulkhead: 1
stack: drill-pipe
services:
  api: {role: node, command: node server.js, files: {read: ["$folder/app/pipe"]}}
END
expect 2 'what no scratch data can stand in for is refused' \
  "$BULKHEAD" drill -f "$folder/pipe.yaml" --roles roles --without view api
rm "$folder/app/pipe"

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
