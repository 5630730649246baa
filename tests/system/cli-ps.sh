#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `ps`: what services use and where they listen; `down --all`.
# In a /run of its own, since all stacks are its own then.
if [ -z "${PS_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  PS_APART=1 exec unshare --mount -- "$0" "$@"
fi
if [ -n "${PS_APART:-}" ]; then mount -t tmpfs -o mode=755 none /run || exit 1; fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
[ -n "${PS_APART:-}" ] || skip_all 'needs unshare'

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v node >/dev/null || skip_all 'needs node'
stack=cli-ps
clean_up() { take_down cli-ps cli-ps-two cli-ps-jobs; }
bulkhead() { local verb=$1 name=$2; shift 2; "$BULKHEAD" "$verb" --roles "$roles" -f "$folder/$name.yaml" "$@"; }
# What the JSON of the last `ps` says of a service: an expression of `row`.
asked() { # SERVICE EXPRESSION
  node -e "const {rows} = JSON.parse(require('fs').readFileSync('$output')); const row = rows.find((one) => one.service === '$1'); console.log($2)"
}
is() { # SERVICE EXPRESSION NAME
  if [ "$(asked "$1" "$2")" = true ]; then ok "$3"; else not_ok "$3" "$(asked "$1" 'JSON.stringify(row)')"; fi
}

# Half a second of work, 50 MB.
put "$folder/app/work.js" <<'END'
const memory = Buffer.alloc(50 << 20, 1);
while (process.cpuUsage().user < 500000);
console.log('worked');
setInterval(() => memory.length, 1000);
END
put "$folder/cli-ps.yaml" <<END
bulkhead: 1
stack: cli-ps
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: ["127.0.0.1:17385", "[::1]:17385"]}
  inward:
    role: redis
    command: [redis-server, --port, "6380", --save, "", --bind, 127.0.0.1]
    listens: [6380]
  work:
    role: node
    command: [node, work.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    connects: [cache:6379]
END
sed 's/cli-ps/cli-ps-two/; /publishes/d' "$folder/cli-ps.yaml" | put "$folder/cli-ps-two.yaml"

expect 0 'up' bulkhead up cli-ps
within 10 'it works' grep -q worked /var/log/bulkhead/cli-ps/work/log
expect 0 'ps' bulkhead ps cli-ps
says '127.0.0.1:17385->6379' 'shows published ports'
says '[::1]:17385->6379 6379' 'then those that are bound'
says '127.0.0.1:6380' 'with the address where it is not any'
if [ "$(awk 'length > 100' "$output")" = '' ]; then ok 'in 100 columns'; else not_ok 'in 100 columns'; fi
expect 0 'ps --json' bulkhead ps cli-ps --json
is work 'row.usage.processes === 1' 'counts processes'
is work 'row.usage.cpu_milliseconds >= 400 && row.usage.cpu_milliseconds < 60000' 'and their time'
is work 'row.usage.memory_bytes > 50 << 20 && row.usage.memory_bytes < 500 << 20' 'and memory'
is work '["cgroup", "processes"].includes(row.usage.memory_from)' 'saying where from'
is cache 'row.listens.join() === "6379"' 'a port at both families is one'
is cache 'row.publishes.length === 2' 'and each door is shown'

kill -9 "$(pid_of supervisor)"
expect 0 'ps without a supervisor' bulkhead ps cli-ps
says 'no supervisor answers' 'says so'
says 'running' 'and what the kernel shows'
expect 0 'up brings one back' bulkhead up cli-ps
expect 0 'and ps' bulkhead ps cli-ps
says 'ready' 'asks it'

put "$folder/cli-ps-jobs.yaml" <<'END'
bulkhead: 1
stack: cli-ps-jobs
services:
  daily: {role: node, command: [node, -e, "0"], job: {at: "03:15"}}
  often: {role: node, command: [node, -e, "process.exit(3)"], job: {every: 1h}}
  first: {role: node, command: [node, -e, "0"], job: {before: [unwell]}}
  unwell: {role: node, command: [node, -e, "setTimeout(() => process.exit(7), 1500)"]}
END
expect 0 'a stack with jobs' bulkhead up cli-ps-jobs
again() { bulkhead ps cli-ps-jobs | grep -E '^unwell +back-off .* 2 .*starts in .*last: exit 7'; }
within 15 'one that ends is started again later each time' again
expect 0 'ps of jobs' bulkhead ps cli-ps-jobs
like() { if grep -Eq "$1" "$output"; then ok "$2"; else not_ok "$2" "$(cat "$output")"; fi; }
like '^daily +waiting .* at 03:15, starts in [0-9]+[hm]' 'one waits for its time of day'
like '^often +waiting .* every 1h, starts in 59m.*last: exit 3' 'one has run and runs again'
like '^first +ended .* once, last: exit 0' 'one is done'
expect 0 'ps of jobs --json' bulkhead ps cli-ps-jobs --json
is often 'row.last === "exit 3" && row.starts_in > 3500 && row.starts_in <= 3600' 'as JSON in seconds'
is first 'row.starts_in === -1' 'and -1 where there is no next time'

expect 0 'a second stack' bulkhead up cli-ps-two
expect 2 'all and one of them is neither' "$BULKHEAD" down --all cli-ps
expect 0 'down --all' "$BULKHEAD" down --all
says 'cli-ps is down' 'takes the one down'
says 'cli-ps-two is down' 'and the other'
expect 0 'and has nothing to do then' "$BULKHEAD" down --all
says 'no stack is up' 'as it says'
expect 0 'also as JSON' "$BULKHEAD" down --all --json
says '"stacks": []' 'with a list'
