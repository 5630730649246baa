#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `up` and its launcher killed at each place where a test build can: nothing is left, without
# anybody's help, and the next `up` finds nothing in its way.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
stack=cli-kill
clean_up() { take_down $stack; }

put "$policy" <<'END'
bulkhead: 1
stack: cli-kill
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, ""]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17381"}
  alone:
    role: redis
    command: [redis-server, --port, "0", --unixsocket, /run/alone/socket, --save, ""]
    listens: [{unix: /run/alone/socket}]
END

# What stays: state, mounts, cgroups, the door, and processes, whose namespaces go with them.
left() {
  ls -d /run/bulkhead/$stack /run/bulkhead/.$stack.lock
  grep -F "/run/bulkhead/$stack" /proc/self/mountinfo
  find /sys/fs/cgroup -maxdepth 4 -type d -path "*/bulkhead/$stack*"
  ss -Hltn 'sport = :17381'
  pgrep -a -f "^$BULKHEAD .*$policy"
} 2>/dev/null
nothing_left() { [ -z "$(left)" ]; }

tables=$(nft list tables 2>/dev/null) links=$(ls /sys/class/net)
expect 0 'what nobody kills comes up' bulkhead up
expect 0 'and goes down' bulkhead down
for step in 101 102 103 104 111 112; do
  expect 137 "up is killed at $step" bulkhead up --kill-after "$step"
  within 20 "and of $step nothing is left" nothing_left || left | sed 's/^/  /'
done
# The first step of a service itself, by its place in the table.
own=$(grep -E '^	\{"' src/enforce/steps.c | grep -n '"signals"' | cut -d: -f1)
for step in 1 11 "$own" 105 106 107 108 109 110; do
  expect 4 "the launcher is killed at $step" bulkhead up --kill-after "$step"
  says 'the supervisor died' "up says so at $step"
  within 20 "and of that at $step nothing is left" nothing_left || left | sed 's/^/  /'
done
if [ "$tables" = "$(nft list tables 2>/dev/null)" ] && [ "$links" = "$(ls /sys/class/net)" ]; then
  ok 'no table and no link of the host is another'
else
  not_ok 'no table and no link of the host is another'
fi
expect 0 'the next comes up all the same' bulkhead up

# What runs already is not touched when adding to it fails.
kill -9 "$(pid_of launcher)"
kill -9 "$(pid_of services/alone)"
expect 137 'an up that adds to a stack is killed' bulkhead up --kill-after 112
runs() { bulkhead ps | grep -Eq "^$1 .* $2 "; }
within 20 'what it added is stopped' runs alone 'signal 15|exit 0|ended'
expect 0 'what ran before runs on' runs cache running

exec 9>"$folder/lock"
expect 0 'up adds it again' bulkhead up
exec 9>&-
for who in launcher supervisor; do
  if [ -n "$(find "/proc/$(pid_of $who)/fd" -lname "$folder/*")" ]; then
    not_ok "the $who holds no file of its caller"
  else
    ok "the $who holds no file of its caller"
  fi
  if [ "$(readlink "/proc/$(pid_of $who)/cwd")" = / ]; then ok 'nor its folder'; else not_ok 'nor its folder'; fi
done
if [ -z "$(find "/proc/$(pid_of supervisor)/root/" -mindepth 1)" ]; then
  ok 'the supervisor sees no file at all'
else
  not_ok 'the supervisor sees no file at all'
fi
expect 0 'down ends it' bulkhead down
within 1 'and leaves nothing' nothing_left
