#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Services outlive who supervised them: killed, or of an older version (tests/system/older).  The
# next `up` adopts them as the processes that they are, and knows how those ended that have.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v redis-cli >/dev/null || skip_all 'needs redis-cli'
command -v python3 >/dev/null || skip_all 'needs python3'
stack=adopt
clean_up() { take_down $stack; }
pids() { grep -hE '"(pid|process)":' /run/bulkhead/$stack/services/*.json /run/bulkhead/$stack/gateway.json; }
same() { # NAME
  if [ "$before" = "$(pids)" ]; then ok "$1"; else not_ok "$1"; fi
}
confined() { # NAME: by what the kernel shows of each
  local pid name bad_one=
  for name in cache reader alone; do
    pid=$(pid_of services/$name process)
    grep -q '^NoNewPrivs:.1' "/proc/$pid/status" && grep -q '^Seccomp:.2' "/proc/$pid/status" &&
      grep -q '^CapEff:.0000000000000000' "/proc/$pid/status" || bad_one=$pid
  done
  if [ -z "$bad_one" ]; then ok "$1"; else not_ok "$1" "process $bad_one"; fi
}

put "$policy" <<'END'
bulkhead: 1
stack: adopt
services:
  cache:
    role: redis
    command: [redis-server, --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17430"}
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
END

expect 0 'a stack comes up' bulkhead up
before=$(pids)
for who in launcher supervisor; do
  kill -9 "$(pid_of $who pid)"
  other=$([ $who = launcher ] && echo supervisor || echo launcher)
  within 20 "the $who is killed: the $other ends" gone "$(pid_of "$other" pid)"
  same 'the services are the same'
  confined 'and confined'
  expect 0 'they serve' timeout 5 redis-cli -p 17430 ping
  expect 0 'up adopts them' bulkhead up
  same 'as the processes that they are'
  expect 0 'all is as planned' bulkhead status
done

# What happens while nobody watches stands in the record of the init.
kill -9 "$(pid_of launcher pid)"
kill -TERM "$(pid_of services/reader process)"
ended() { grep -q . /run/bulkhead/$stack/services/reader.exit && grep -q exit /run/bulkhead/$stack/services/reader.exit; }
within 20 'one ends while nobody watches' ended
expect 0 'ps knows how' bulkhead ps
says 'exit 0' 'by its own word'
expect 0 'up starts it, and no other' bulkhead up
if grep -q '^cache: started' "$output"; then not_ok 'as it says'; else ok 'as it says'; fi
if grep -q 'reader: has ended' /var/log/bulkhead/$stack/supervisor.log; then ok 'and the log'; else not_ok 'and the log'; fi

# An older plan.
for version in 4 3 2; do
  before=$(pids) supervisor=$(pid_of supervisor pid)
  kill -9 "$(pid_of launcher pid)"
  within 20 'a supervisor ends' gone "$supervisor"
  expect 0 "its plan becomes one of version $version" tests/system/older/plan $stack $version
  expect 0 'up goes on by it' bulkhead up
  same 'with the processes that there are'
  expect 0 'which is as planned' bulkhead status
done

# An older version: killed, and alive.
for alive in '' yes; do
  before=$(pids) supervisor=$(pid_of supervisor pid)
  kill -9 "$(pid_of launcher pid)"
  within 20 'its supervisor ends' gone "$supervisor"
  supervisor=
  if [ -n "$alive" ]; then
    # It ends by HUP, as that of version 1 did.
    sleep 300 >/dev/null 2>&1 &
    supervisor=$!
  fi
  # shellcheck disable=SC2086 # one word or none
  expect 0 "the state becomes that of version 1${alive:+, with its supervisor}" tests/system/older/make $stack $supervisor
  expect 1 'status reads it' bulkhead status
  expect 0 'up adopts what it has left' bulkhead up
  same 'as the processes that they are'
  confined 'confined'
  expect 0 'they serve' timeout 5 redis-cli -p 17430 ping
  expect 0 'all is as planned' bulkhead status
  says 'launched by plan 0 of 1' 'which is that of version 1'
  if [ -z "$alive" ] || gone $supervisor; then ok 'and nobody else supervises'; else not_ok 'and nobody else supervises'; fi
  expect 0 'up once more is up already' bulkhead up
  says 'is up already' 'and says so'
  expect 0 'a peer is reached' timeout 10 "$BULKHEAD" run --roles "$PWD/roles" -f "$policy" reader -- redis-cli -h cache ping
  expect 0 'restart launches one by the newest plan' bulkhead restart reader
  expect 0 'all is as planned' bulkhead status
done
expect 0 'down takes all down' bulkhead down
