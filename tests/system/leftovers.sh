#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `down` leaves: nothing but logs, ids and what launches remember of this machine.  All that a
# stack makes is compared before and after, by what the kernel shows: processes, namespaces by inode
# (also those that only a descriptor holds), links, addresses, rules and routes, mounts, cgroups, the
# run folder, pinned BPF objects.
# Processes, mounts, the network and /run are the test's own, so that nobody else's come between.
if [ -z "${LEFTOVERS_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  LEFTOVERS_APART=1 exec unshare --mount --net --pid --fork --mount-proc --kill-child -- "$0" "$@"
fi
if [ -n "${LEFTOVERS_APART:-}" ]; then
  mount -t tmpfs -o mode=755 none /run && ip link set lo up || exit 1
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

[ -n "${LEFTOVERS_APART:-}" ] || skip_all 'needs unshare'
for program in redis-server redis-cli node nft; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=leftovers policy=$folder/leftovers.yaml
port=17386
clean_up() { take_down $stack; }
asks() { [ "$(redis-cli -p $port get word 2>/dev/null)" = said ]; }

# One line for each thing.  This shell and what it starts to look are there each time.
everything() {
  local process
  for process in /proc/[0-9]*; do
    echo "process $(readlink "$process/exe") $(tr '\0' ' ' <"$process/cmdline" | cut -c1-60)"
    find "$process/ns" "$process/fd" -printf '%l\n' | grep -E '^[a-z_]+:\[[0-9]+\]$' |
      grep -Ev '^(pipe|socket):' | sed 's/^/namespace /'
  done 2>/dev/null | grep -Ev ' (find|grep|sed|sort|tr|cut|readlink) ?' | sort -u
  ip -o link | sed 's/^/link /'
  ip -o address | sed 's/^/address /'
  ip route show table all | sed 's/^/route /'
  ip rule | sed 's/^/rule /'
  nft list ruleset | sed 's/^/nft /'
  # Mounts of other stacks of this machine were copied at the begin, and go when theirs go.
  sed 's/^[0-9]* [0-9]* /mount /' /proc/self/mountinfo | grep -v "/run/bulkhead/[^/]*/sockets" ||:
  grep "/run/bulkhead/$stack/" /proc/self/mountinfo | sed 's/^[0-9]* [0-9]* /mount /'
  find /sys/fs/cgroup -type d -path "*bulkhead/$stack*" | sed 's/^/cgroup /'
  find /run /sys/fs/bpf /dev/shm /dev/mqueue -path "$folder" -prune -o -print 2>/dev/null | grep -E "^/run|bulkhead|$stack" | sed 's/^/file /'
  find /var/lib/bulkhead -path '*/memory*' -prune -o -print | sed 's/^/file /'
}
is_as_before() { everything >"$folder/after"; diff "$folder/before" "$folder/after"; }
nothing_left() { within 20 "$1" is_as_before || sed 's/^/  /' "$output"; }

put "$folder/app/work.js" <<'END'
const net = require('node:net');
require('node:fs').rmSync('/run/work/door.sock', {force: true});
net.createServer((socket) => socket.end('hello')).listen('/run/work/door.sock');
setInterval(() => net.connect(6379, 'cache').on('error', () => {}).end('PING\r\n'), 50);
END
echo -n word | put "$folder/secret"
chmod 600 "$folder/secret"
put "$folder/$stack.yaml" <<END
bulkhead: 1
stack: $stack
gateway: nat
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: ["127.0.0.1:$port", "[::1]:$port"]}
    limits: {processes: 20}
  work:
    role: node
    command: [node, work.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    secrets: {WORD: $folder/secret}
    listens: [{unix: /run/work/door.sock}]
    connects: [cache:6379]
  peer: {role: node, command: [sleep, "1000"], connects: [cache:6379]}
END
# The folder of ids is there from the first up on.
bulkhead up >/dev/null 2>&1 && bulkhead down >/dev/null 2>&1
everything >"$folder/before"
if grep -q "^namespace net:" "$folder/before"; then ok 'what is there is seen'; else not_ok 'what is there is seen'; fi

expect 0 'up' bulkhead up
within 20 'it takes a word' redis-cli -p $port set word said
if asks; then ok 'it serves'; else not_ok 'it serves'; fi
everything >"$folder/during"
diff "$folder/before" "$folder/during" >"$folder/made"
for kind in process namespace mount cgroup file link nft route; do
  if grep -q "^> $kind " "$folder/made"; then
    ok "up makes some: $kind"
  else
    not_ok "up makes some: $kind"
  fi
done
expect 0 'down' bulkhead down
nothing_left 'nothing is left of it'

expect 0 'up again' bulkhead up
for file in services/cache services/work supervisor gateway; do kill -9 "$(pid_of $file pid)" 2>/dev/null; done
expect 0 'up after deaths' bulkhead up
within 20 'it takes a word again' redis-cli -p $port set word said
if asks; then ok 'it serves again'; else not_ok 'it serves again'; fi
kill -9 "$(pid_of services/work process)" "$(pid_of services/peer process)" 2>/dev/null
expect 0 'down after more of them' bulkhead down
nothing_left 'nothing is left after deaths'

expect 0 'up once more' bulkhead up
expect 0 'a command beside it' timeout 10 "$BULKHEAD" run --roles "$PWD/roles" -f "$folder/$stack.yaml" cache -- redis-server --version
for file in supervisor gateway services/cache services/work services/peer; do kill -9 "$(pid_of $file pid)" 2>/dev/null; done
expect 0 'down after the death of all' bulkhead down
nothing_left 'nothing is left after the death of all'

sed -i 's/listens: \[6379\]/listens: [6379, 6380]/' "$folder/$stack.yaml"
expect 4 'up that fails' bulkhead up --within 1
nothing_left 'leaves nothing'
for step in 1 3 5 108; do
  bulkhead up --kill-after $step >/dev/null 2>&1
  "$BULKHEAD" down $stack >/dev/null 2>&1
  nothing_left "nor does up that dies after step $step"
done
