#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rights of the start in a stack: they end when a service is ready, by the bound port or by its own
# word, and stay ended when everything of bulkhead but the inits is dead.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node redis-server curl nsenter; do
  command -v "$program" >/dev/null || skip_all "needs $program"
done
stack=phase-life
clean_up() { take_down $stack; }

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
write_policy() { # WHAT-READY-SAYS COMMAND-OF-REDIS...
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
  cache:
    role: redis
    command: [$2, --save, '', --port, "6379", --protected-mode, "no"]
    listens: [6379]
    $1
EOF
}


# From inside its network: no door of ours is needed.
ask() { # WHAT
  nsenter -t "$(pid_of services/front)" -n curl -sS -m 10 "http://127.0.0.1:3000/$1"
}

write_policy '' redis-server
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

# A socket for each family, as daemons open them, and long work in between.
put "$folder/app/server.js" <<'EOF'
const net = require('net');
const busy = ms => { for (const end = Date.now() + ms; Date.now() < end;); };
net.createServer().listen(3000, '0.0.0.0', () => {
  busy(700);
  net.createServer().on('error', error => console.log(`second ${error.code}`))
    .listen({port: 3000, host: '::', ipv6Only: true}, () => console.log('second done'));
});
EOF
second() { grep -qF "second $1" "/var/log/bulkhead/$stack/front/log"; }
write_policy '' redis-server
sed -i '/publishes:/d' "$policy"
expect 0 'who opens one socket after the other' bulkhead up front
if second 'done'; then ok 'opens both'; else not_ok 'opens both' "$(tail -n 1 "/var/log/bulkhead/$stack/front/log")"; fi
expect 0 'and then' bulkhead status
says 'ended for good: listen, write' 'no more'
expect 0 'down once more' "$BULKHEAD" down "$stack"

# Who is never at rest keeps its rights no longer for that.
put "$folder/app/server.js" <<'EOF'
const net = require('net');
net.createServer().listen(3000, '0.0.0.0', () => { for (;;); });
EOF
expect 0 'who is busy for ever' bulkhead up front
expect 0 'has its time' bulkhead status
says 'ended for good: listen, write' 'and no right after it'
expect 0 'down for the third time' "$BULKHEAD" down "$stack"

# Its own word.
write_policy 'ready: notify' 'redis-server, --supervised, systemd'
expect 0 'Redis says itself that it is ready' bulkhead up
expect 0 'its record' cat "/run/bulkhead/$stack/services/cache.exit"
says ready 'has its word'
expect 0 'and status' bulkhead status
says 'ended for good: listen' 'what ended with it'
expect 0 'down again' "$BULKHEAD" down "$stack"
write_policy 'ready: notify' 'redis-server'
expect 4 'who does not say so does not get ready' bulkhead up --within 2 cache
says 'READY=1' 'and is told what is missing'
