#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rights of the start in a stack: they end when a service is ready and stay ended when everything of
# bulkhead but the inits is dead.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node curl nsenter; do
  command -v "$program" >/dev/null || skip_all "needs $program"
done
stack=phase-life policy=$folder/bulkhead.yaml
bulkhead() { local verb=$1; shift; "$BULKHEAD" "$verb" --roles roles -f "$policy" "$@"; }
clean_up() {
  "$BULKHEAD" down "$stack" >/dev/null 2>&1
  rm -rf "/var/log/bulkhead/$stack"
}

# What it may still do, by HTTP: the errno's name, or "done".
put "$folder/app/server.js" <<'EOF'
const fs = require('fs'), http = require('http'), net = require('net');
const log = fs.openSync('/tmp/log', 'w');
const tries = {
  listen: done => {
    const server = net.createServer();
    server.on('error', error => done(error.code));
    server.listen(3000, '127.0.0.2', () => server.close(() => done('done')));
  },
  create: done => fs.writeFile('/tmp/made', 'x', error => done(error ? error.code : 'done')),
  append: done => fs.write(log, 'x', error => done(error ? error.code : 'done')),
};
http.createServer((request, response) => {
  const attempt = tries[request.url.slice(1)];
  if (attempt) attempt(word => response.end(word + '\n'));
  else response.end('here\n');
}).listen(3000, '0.0.0.0');
EOF
put "$policy" <<EOF
bulkhead: 1
stack: $stack
services:
  front:
    role: node
    command: node server.js
    workdir: "$folder/app"
    files: {read: ["$folder/app"]}
    listens: [3000]
    publishes: {3000: "127.0.0.1:17381"}
    after-ready: {forbid: [write]}
EOF

pid_of() { sed -n 's/^ *"pid": \([0-9]*\).*/\1/p' "/run/bulkhead/$stack/$1.json"; }

# From inside its network: no door of ours is needed.
ask() { # WHAT
  nsenter -t "$(pid_of services/front)" -n curl -sS -m 10 "http://127.0.0.1:3000/$1"
}

expect 0 'it starts' bulkhead up
expect 0 'and is as planned' bulkhead status
says 'ended for good: listen, write' 'with what ended'
expect 0 'it is asked through its door' curl -sS -m 10 http://127.0.0.1:17381/
says here 'and answers'
expect 0 'a file' ask create
says ENOSYS 'is not made any more'
expect 0 'another address' ask listen
says ENOSYS 'is not listened on'
expect 0 'an open file' ask append
says 'done' 'is written on'
expect 0 'explain says what ends' bulkhead explain front
says 'until it is ready bind, listen' 'by the role'

# Whoever could open anything again is gone.
for member in supervisor launcher gateway; do kill -KILL "$(pid_of "$member")" 2>/dev/null; done
expect 0 'without any process of ours but the inits' ask create
says ENOSYS 'no file is made'
expect 0 'nor' ask listen
says ENOSYS 'another address opened'
expect 0 'and it serves' ask ''
says here 'on'
expect 0 'down' "$BULKHEAD" down "$stack"
