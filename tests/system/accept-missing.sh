#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `accept-missing` on this kernel, which is said to lack what it has: who accepts it starts, and
# `status` shows it for as long as it runs; who does not is refused.
if [ -z "${ACCEPT_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  ACCEPT_APART=1 exec unshare --net -- "$0" "$@"
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
"$BULKHEAD" up --help 2>&1 | grep -q -- --lacks || skip_all 'needs a test build'
ip link set lo up 2>/dev/null
stack=accept-missing
clean_up() { take_down $stack; }
policy() { # KEYS of the first
  put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: $stack
services:
  one: {role: redis, command: [redis-server, --save, ""], listens: [6379], connects: [two:6379]$1}
  two: {role: redis, command: [redis-server, --save, ""], listens: [6379]}
END
}

policy ''
expect 3 'a kernel without Landlock is refused' bulkhead up --lacks landlock
says 'the stack cannot start' 'for the whole stack'

policy ', accept-missing: [landlock]'
expect 3 'one service that accepts it does not speak for the other' bulkhead up --lacks landlock
says "two cannot start: this kernel lacks 'landlock'" 'which is named'
expect 0 'the policy is good' bulkhead check
says "note: 'landlock' is not missing here" 'and told that it needs no leave here'

sed -i 's/listens: \[6379\]}$/listens: [6379], accept-missing: [landlock]}/' "$folder/bulkhead.yaml"
expect 0 'when both accept it they start' bulkhead up --lacks landlock
says "warning: one starts without 'landlock' (layer landlock): only the view would stand" 'and say so'
expect 0 'status is as planned' bulkhead status
says "accepted: 'landlock': only the view would stand between a service and files" 'and shows it'
says "bulkhead.yaml:4:" 'with the line that accepts it'
if grep -Eq '^one .*landlock +absent \+|^ +landlock +absent \+' "$output"; then
  ok 'as absent'
else
  not_ok 'as absent' "$(grep landlock "$output")"
fi
expect 0 'in JSON as well' bulkhead status --json
says '"text": "accepted: ' 'as accepted'
expect 0 'down works' bulkhead down

policy ', limits: {memory: 64MB}, accept-missing: [cgroup-memory, namespace-limits]'
expect 0 'a limit may be accepted as missing' bulkhead up --lacks cgroup-memory
says "one starts without 'cgroup-memory'" 'with a word about it'
expect 0 'down works again' bulkhead down
sed -i 's/listens: \[6379\]}$/listens: [6379], accept-missing: [namespace-limits]}/' "$folder/bulkhead.yaml"
expect 0 'and so may the limits of namespaces' bulkhead up --lacks namespace-limits --lacks cgroup-memory
expect 0 'status knows of them' bulkhead status
says "accepted: 'namespace-limits': only the system call filter would keep" 'too'

policy ', accept-missing: [landlok]'
expect 2 'a name that nobody knows is an error' bulkhead check
says "'landlok' is not a feature of a kernel" 'that names it'
says "did you mean 'landlock'?" 'and the one that is near'
policy ', accept-missing: [seccomp]'
expect 2 'so is what no service can do without' bulkhead check
says "no service can do without 'seccomp'" 'by name'
