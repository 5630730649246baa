#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of a stack: up, ps, status, run, down; what is weakened behind our back is seen, and
# nothing is left behind, however it ends.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v redis-cli >/dev/null || skip_all 'needs redis-cli'
stack=cli-stack
clean_up() { take_down $stack; }

put "$policy" <<'EOF'
bulkhead: 1
stack: cli-stack
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17379"}
  reader:
    role: redis
    command: [redis-server, --port, "6380", --save, ""]
    programs: [/usr/bin/redis-cli]
    listens: [6380]
    connects: [cache:6379]
  alone:
    role: redis
    command: [redis-server, --port, "0", --unixsocket, /run/alone/socket, --unixsocketperm, "770", --save, ""]
    listens: [{unix: /run/alone/socket, mode: 0770}]
EOF

# Take noexec from /tmp in the view of PID, as a root of the host can.
relax() { # PID
  python3 - "$1" <<'EOF'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
REMOUNT, BIND, NOSUID, NODEV, NEWNS = 32, 4096, 2, 4, 0x20000
space = os.open(f"/proc/{sys.argv[1]}/ns/mnt", os.O_RDONLY)
if libc.setns(space, NEWNS) or libc.mount(None, b"/tmp", None, REMOUNT | BIND | NOSUID | NODEV, None):
    sys.exit(os.strerror(ctypes.get_errno()))
EOF
}

left() {
  ls -d /run/bulkhead/cli-stack /run/bulkhead/.cli-stack.lock 2>/dev/null
  find /sys/fs/cgroup -maxdepth 4 -type d -path '*/bulkhead/cli-stack*' 2>/dev/null
  grep -F /run/bulkhead/cli-stack /proc/self/mountinfo
  ss -Hltn 'sport = :17379'
}
nothing_left() { # NAME
  local found
  found=$(left)
  if [ -z "$found" ]; then ok "$1"; else not_ok "$1" "$found"; fi
}

expect 1 'status of nothing is a no' bulkhead status
expect 0 'up ends when all is bound' bulkhead up
says 'cli-stack is up' 'and says so'
expect 0 'the published port answers' timeout 5 redis-cli -p 17379 ping
says PONG 'with what the service says'
expect 0 'ps shows them' bulkhead ps
says 'unix:/run/alone/socket' 'with sockets'
says '127.0.0.1:17379->6379' 'and published ports'
expect 0 'status is as planned' bulkhead status
says 'cli-stack is as planned: ' 'and says so'
for subject in gateway supervisor router 'init of cache'; do says "$subject" "status has a row of $subject"; done
expect 0 'status in brief is as planned too' bulkhead status --brief
if grep -Eq '^cache +enforced identity capabilities seccomp .* network$' "$output"; then
  ok 'with all layers of a service in one line'
else
  not_ok 'with all layers of a service in one line' "$(grep ^cache "$output")"
fi
expect 0 'a second up changes nothing' bulkhead up
says 'is up already' 'and says so'

expect 0 'a declared peer is reached' timeout 10 "$BULKHEAD" run --roles "$roles" -f "$policy" reader -- redis-cli -h cache ping
says PONG 'from inside'
expect 1 'an undeclared one is not' timeout 10 "$BULKHEAD" run --roles "$roles" -f "$policy" reader -- redis-cli -h 127.0.0.1 -p 6390 ping
expect 127 'a program that is not declared is not found' bulkhead run reader -- sh
expect 126 'a file of the view that is none is not executed' bulkhead run reader -- /etc/passwd

cache=$(pid_of services/cache process)
nsenter -t "$cache" -n nft flush ruleset
expect 1 'a flushed table is seen' bulkhead status
says weaker 'as weaker'
expect 1 'and in brief' bulkhead status --brief
says weaker 'as weaker too'
expect 0 'down works' bulkhead down
nothing_left 'down leaves nothing'

expect 1 'down of nothing is a no' bulkhead down
says "'cli-stack' is not up" 'and says so'

expect 0 'up without a layer' bulkhead up --without landlock
expect 1 'status does not claim what was left out' bulkhead status
says 'cli-stack is not as planned: ' 'in its last line'
if grep -Eq '^ +landlock +absent +left out at its launch' "$output"; then
  ok 'nor what no kernel shows'
else
  not_ok 'nor what no kernel shows' "$(grep landlock "$output")"
fi
expect 0 'down again' bulkhead down

expect 0 'up again' bulkhead up
if command -v python3 >/dev/null; then
  relax "$(pid_of services/reader process)"
  expect 1 'a relaxed mount is seen' bulkhead status
  says weaker 'as weaker too'
else
  skip 'a relaxed mount is seen' 'needs python3'
fi
kill -9 "$(pid_of supervisor pid)"
expect 0 'services outlive the supervisor' timeout 5 redis-cli -p 17379 ping
kill -9 "$(pid_of gateway pid)"
sleep 0.2
expect 0 'services outlive the gateway' timeout 10 "$BULKHEAD" run --roles "$roles" -f "$policy" reader -- redis-cli -h cache ping
expect 0 'up brings back what is missing' bulkhead up
expect 0 'the door is open again' timeout 5 redis-cli -p 17379 ping
kill -9 "$(pid_of services/reader pid)"
sleep 0.2
expect 0 'ps sees who ended' bulkhead ps
says back-off 'and that it is started again'
expect 0 'up starts only that one' bulkhead up
says 'reader: started' 'by name'
sed -i 's/17379/17380/' "$policy"
expect 2 'another plan is refused' bulkhead up
says 'another plan' 'with the reason'
sed -i 's/17380/17379/' "$policy"
kill -9 "$(pid_of supervisor pid)"
expect 0 'down needs no supervisor' bulkhead down
nothing_left 'and leaves nothing either'

sed -i 's/"6380", --save/"6380", --nonsense, --save/' "$policy"
expect 4 'a service that ends is a failure' bulkhead up
says "service 'reader' ended: exit 1" 'by name and status'
says 'nonsense' 'with the end of its log'
nothing_left 'of a failed up nothing is left'
sed -i 's/--nonsense, //; s/listens: \[6380\]/listens: [6380, 6381]/' "$policy"
expect 4 'a port that nobody binds is a failure' bulkhead up reader --within 1
says 'not ready after 1 s' 'in the time given'
says 'port 6381' 'that names it'
nothing_left 'of that one nothing is left'

expect 0 'a role alone is enough' timeout 10 "$BULKHEAD" run --role redis --roles "$roles" -- redis-server --version
says 'Redis server' 'and it runs'
expect 124 'it serves on its usual port' timeout 3 "$BULKHEAD" run --role redis --roles "$roles" -- redis-server --save ''
says 'Ready to accept connections' 'without any policy'
says 'bye bye' 'and gets the signals that run gets'
