#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the guest, for tests/vm/parts.sh: the life of a stack on 6.1, all of it in one `up`, as
# each takes seconds here.  Instances behind one port, rights that end, a daemon's own word that it
# is ready, old configuration, this machine's loopback, jobs, commands in a running service, an
# accepted lack of this kernel, and a supervisor that dies.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

stack=life policy=$folder/bulkhead.yaml
bulkhead() { local verb=$1; shift; "$BULKHEAD" "$verb" --roles roles -f "$policy" "$@"; }
outside=
clean_up() {
  "$BULKHEAD" down $stack >/dev/null 2>&1
  [ -z "$outside" ] || kill "$outside"
}

# By HTTP: what it may still do, as an errno's name or "done"; whom it reaches.
put "$folder/app/front.js" <<'END'
const fs = require('node:fs'), net = require('node:net'), { hostname } = require('node:os');
const log = fs.openSync('/tmp/log', 'w');
const say = (host, port, word) => done => net.connect(port, host, function () { this.write(word); })
  .once('data', function (text) { done(`${text}`.trim()); this.destroy(); })
  .once('error', error => done(error.code));
const tries = {
  name: done => done(hostname()),
  create: done => fs.writeFile('/tmp/made', 'x', error => done(error ? error.code : 'done')),
  append: done => fs.write(log, 'x', error => done(error ? error.code : 'done')),
  listen: done => {
    const server = net.createServer();
    server.once('error', error => done(error.code));
    server.listen(3001, '127.0.0.2', () => server.close(() => done('done')));
  },
  cache: say('127.0.0.1', 6379, 'PING\r\n'),
  host: say('host', 17392, 'PING\r\n'),
  other: say('host', 17393, 'PING\r\n'),
};
require('node:http').createServer((request, response) => {
  (tries[request.url.slice(1)] || tries.name)(word => response.end(`${word}\n`));
}).listen(3000);
END
put "$policy" <<END
bulkhead: 1
stack: $stack
services:
  front:
    role: node
    command: node front.js
    workdir: $folder/app
    files: {read: [$folder/app]}
    instances: 2
    listens: [3000]
    publishes: {3000: "127.0.0.1:17391"}
    connects:
      - {to: cache:6379, at: 127.0.0.1:6379}
      - {to: host:17392, why: not moved in yet}
    depends-on: [cache]
    ready: {http: ":3000/"}
    after-ready: {forbid: [write]}
    accept-missing: [landlock-net, mdwe]
  cache:
    role: redis
    command: [redis-server, --supervised, systemd, --save, "", --bind, 127.0.0.1]
    listens: [{port: 6379, at: 127.0.0.1}]
    ready: notify
  tick:
    role: redis
    command: [redis-cli, --version]
    job: {every: 1s}
END
redis-server --port 17392 --bind 127.0.0.1 --save '' >/dev/null &
outside=$!

ask() { curl -sS -m 10 "http://127.0.0.1:17391/$1"; }
asked() { # WHAT ANSWER NAME
  expect 0 "$3" ask "$1"
  says "$2" "$3: $2"
}
number() { sed -n "s/^ *\"$2\": \([0-9]*\).*/\1/p" "/run/bulkhead/$stack/$1.json"; }

expect 0 'a stack comes up' bulkhead up
expect 0 'and is as planned' bulkhead status
says 'ended for good: listen, write' 'with the rights that ended'
says "accepted: 'landlock-net'" 'and what this kernel lacks, by leave'
expect 0 'check says nothing of that leave' bulkhead check
if grep -q 'not missing here' "$output"; then not_ok 'as it is needed'; else ok 'as it is needed'; fi
answers() { ask name && ask name; }
expect 0 'its instances take turns' answers
if [ "$(sort -u "$output" | tr '\n' ' ')" = 'front.1 front.2 ' ]; then ok 'both'; else not_ok 'both' "$(cat "$output")"; fi
asked create ENOSYS 'no file is made any more'
asked listen ENOSYS 'no other socket listens'
asked append 'done' 'an open file is written on'
asked cache PONG 'the cache is found where it was'
asked host PONG 'and this machine by its name'
asked other EPERM 'but for another port'
expect 0 'a command runs in the cache' bulkhead exec cache -- redis-server --version
says 'Redis server v=' 'its own program'
expect 127 'and no other' bulkhead exec cache -- /bin/sh -c true

services=$(number services/front.1 process)\ $(number services/cache process)
kill -9 "$(number supervisor pid)"
absent() { bulkhead ps | grep -q 'supervisor.*absent\|no supervisor'; }
within 10 'a killed supervisor is missed' absent
asked cache PONG 'nobody else notices'
asked create ENOSYS 'nor gets a right back'
expect 0 'up adopts' bulkhead up
if [ "$(number services/front.1 process) $(number services/cache process)" = "$services" ]; then
  ok 'the services that run'
else
  not_ok 'the services that run'
fi
front=$(number services/front.1 process)
again() { [ "$(number services/front.1 process)" != "$front" ] && ask name | grep -q front.1; }
kill -9 "$front"
within 30 'and starts one again that dies' again
expect 0 'all is as planned' bulkhead status
says 'ended for good: listen, write' 'the new one too'
runs() { [ "$(grep -c redis-cli /var/log/bulkhead/$stack/tick/log)" -ge 2 ]; }
within 10 'a job runs every second' runs
expect 0 'down' bulkhead down
left() { ls -d /run/bulkhead/$stack; find /sys/fs/cgroup -path "*/bulkhead/$stack*"; grep bulkhead /proc/self/mountinfo; } 2>/dev/null
if [ -z "$(left)" ]; then ok 'nothing is left'; else not_ok 'nothing is left' "$(left)"; fi
