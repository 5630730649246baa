#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every exit status that up and run have, and that a refused one has touched nothing: mounts,
# cgroups, tables, links, state and processes are what they were.
if [ -z "${EXITS_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  EXITS_APART=1 exec unshare --net --mount -- "$0" "$@" # others' mounts and links come and go
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
stack=cli-exits
up() { local file=$1; shift; "$BULKHEAD" up --roles "$roles" -f "$folder/$file" "$@"; }
run() { local file=$1; shift; "$BULKHEAD" run --roles "$roles" -f "$folder/$file" "$@"; }
clean_up() { take_down $stack; }

put "$folder/good.yaml" <<'END'
bulkhead: 1
stack: cli-exits
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, ""]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17382"}
  shell:
    role: scheduler
    command: [sh, -c, "read line"]
    syscalls: {allow: [kill]}
END
variant() { sed "$2" "$folder/good.yaml" | put "$folder/$1.yaml"; }
variant word 's/listens/lisens/'
variant user 's/role: scheduler/role: scheduler\n    user: nobody-of-this-name/'
variant program 's/\[sh, -c/[no-such-program, -c/'
variant path 's/role: scheduler/role: scheduler\n    files: {read: [\/srv\/no-such-folder]}/'
variant later 's/role: scheduler/role: scheduler\n    on-violation: kill/'
install -d -m 777 "$folder/open"
cp "$folder/good.yaml" "$folder/open/good.yaml"

everything() {
  cat /proc/self/mountinfo
  nft list ruleset 2>/dev/null
  ls /sys/class/net
  ls -d /run/bulkhead/$stack /run/bulkhead/.$stack.lock /var/log/bulkhead/$stack 2>/dev/null
  find /sys/fs/cgroup -maxdepth 4 -type d -path "*/bulkhead/$stack*" 2>/dev/null
  pgrep -a -f "^$BULKHEAD .*$folder"
}
before=$(everything)
untouched() { # NAME
  local now
  now=$(everything)
  if [ "$now" = "$before" ]; then ok "$1"; else not_ok "$1" "$(diff <(echo "$before") <(echo "$now"))"; fi
}

refused() { # STATUS FILE WORDS WHAT [OPTION...]: by up, and by run with 125 and the status as code
  local status=$1 file=$2 words=$3 what=$4
  shift 4
  expect "$status" "up: $what is $status" up "$file" "$@"
  says "$words" "up: $what is said"
  untouched "up: $what touches nothing"
  expect 125 "run: $what is 125" run "$file" --json "$@" shell
  says "\"code\": $status" "run: $what has the code"
  says "${words//\"/\\\"}" "run: $what is said"
  untouched "run: $what touches nothing"
}

refused 2 word.yaml "did you mean 'listens'" 'an unknown key'
refused 2 user.yaml "nobody-of-this-name" 'a user that this machine lacks'
refused 2 program.yaml 'no-such-program' 'a program that it lacks'
refused 2 path.yaml '/srv/no-such-folder' 'a path that it lacks'
refused 2 open/good.yaml 'good.yaml' 'a policy that others may change'
refused 3 later.yaml "'on-violation' is not enforced by this version" 'a key of later'
for feature in user-namespace namespaces namespace-limits new-mount-api openat2 pidfd cgroup2 seccomp landlock; do
  refused 3 good.yaml "'$feature'" "a kernel without $feature" --lacks $feature
done
expect 3 'up: without nftables it is 3' up good.yaml --lacks nftables
says "good.yaml:" 'with the line that wants it'
untouched 'and touches nothing'
expect 2 'up: a service that is not there is 2' up good.yaml none
says "no service 'none'" 'and said'
untouched 'and touches nothing'

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
install -m 755 "$BULKHEAD" "$folder/bulkhead"
for verb in up down ps logs status; do
  expect 5 "$verb needs root" as_nobody "$folder/bulkhead" $verb --file "$folder/good.yaml"
  says "$verb needs root: " "and $verb says what for"
done
expect 5 'drill needs root' as_nobody "$folder/bulkhead" drill -f "$folder/good.yaml"
expect 125 'run needs root' as_nobody "$folder/bulkhead" run --json -f "$folder/good.yaml" shell
says '"code": 5' 'with the code'
untouched 'nobody touches anything'

ip link set lo up 2>/dev/null
exec 9<>/dev/null
if command -v python3 >/dev/null; then
  python3 -c 'import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 17382)); s.listen(); print("on", flush=True); sys.stdin.read()' \
    < <(exec sleep 60) >"$folder/on" &
  taker=$!
  within 20 'another takes the published port' grep -q on "$folder/on"
  expect 4 'up: a published port that is taken is 4' up good.yaml
  says '127.0.0.1:17382' 'and named'
  kill $taker
  wait $taker 2>/dev/null
  rm -rf /var/log/bulkhead/$stack
  untouched 'and leaves nothing'
else
  skip 'up: a published port that is taken is 4' 'needs python3'
fi

expect 0 'run: a command that ends well' run good.yaml shell -- sh -c 'exit 0'
expect 7 'run: its own status' run good.yaml shell -- sh -c 'exit 7'
expect 137 'run: 128 and the signal' run good.yaml shell -- sh -c 'kill -9 $$'
expect 127 'run: not found' run good.yaml shell -- no-such-program
expect 127 'run: not in the view' run good.yaml shell -- /usr/bin/no-such-program
expect 127 'run: on this machine, but not in the view' run good.yaml shell -- /usr/bin/redis-server
says "/usr/bin/redis-server is not in the view of service 'shell'" 'and said'
says 'hint: declare it in ' 'with what to do'
expect 126 'run: not executable' run good.yaml shell -- /etc/passwd
expect 125 'run: a service that is not there' run good.yaml none
expect 125 'run: wrong use' run good.yaml
expect 125 'run: an option that is none' run good.yaml --nonsense shell
expect 7 'run: though the caller ignores its children' \
  env --ignore-signal=CHLD "$BULKHEAD" run --roles "$roles" -f "$folder/good.yaml" shell -- sh -c 'exit 7'
closed() { "$@" <&- >&- 2>&-; }
# shellcheck disable=SC2016 # for the service's shell
expect 7 'run: with 0, 1 and 2 closed the service has /dev/null' \
  closed run good.yaml shell -- sh -c 'for i in 0 1 2; do [ -c /proc/self/fd/$i ] || exit 1; done; exit 7'
untouched 'run leaves nothing'

for verb in ps logs status down; do
  expect 2 "$verb: a policy that cannot be read is 2" "$BULKHEAD" $verb --file "$folder/nothing.yaml"
  says 'cannot read' "and $verb says why"
done
