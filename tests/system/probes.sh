#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `ready` and `healthy` by port and by page: from the supervisor, through the router, to the service;
# by a command beside it; and services that answer so as to hurt who asks.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
stack=probes policy=$folder/probes.yaml
log=/var/log/bulkhead/$stack/supervisor.log
clean_up() { take_down $stack; }
state_of() { bulkhead ps --json | node -e "
  const {rows} = JSON.parse(require('fs').readFileSync(0)); const row = rows.find((one) => one.service === '$1'); console.log(row.state, row.restarts)"; }
noted() { tail -c "+$mark" $log | grep -q "$1"; } # by the supervisor, since $mark
is_in_state() { [ "$(state_of "$1")" = "$2" ]; }

# Answers a page as its argument says; `well` is 503 at first, and 500 once it is told to be ill.
put "$folder/app/answer.js" <<'END'
const fs = require('node:fs');
const [how, told] = process.argv.slice(2);
const begun = Date.now();
const endless = (socket) => socket.write(`X: ${'x'.repeat(60000)}\r\n`, () => endless(socket));
const ways = {
  well: (socket) => socket.end(`HTTP/1.1 ${Date.now() < begun + 500 ? '503 Soon' : fs.existsSync(told) ? '500 Ill' : '204 Well'}\r\n\r\n`),
  garbage: (socket) => socket.end('\x1b[2J\x00\xff'.repeat(1000)),
  ill: (socket) => socket.end('HTTP/1.1 500 Ill\r\n\r\n'),
  hangup: (socket) => socket.destroy(),
  endless: (socket) => { socket.write('HTTP/1.1 200 OK\r\n'); endless(socket); },
  drip: (socket) => { let sent = 0; setInterval(() => socket.write('HTTP/1.1 200 OK'[sent++] ?? 'x'), 900); },
  silence: () => {},
};
require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => { console.log(String(data).split('\r\n').join('|')); });
  ways[how](socket);
}).listen(3000);
END
# Ends as it is told: by a number, or by whether there is such a file; or never.
put "$folder/app/ask.js" <<'END'
const [told] = process.argv.slice(2);
if (told === 'never') setInterval(() => {}, 1000);
else process.exit(told.startsWith('/') ? (require('node:fs').existsSync(told) ? 3 : 0) : Number(told));
END
mkdir "$folder/told"
policy() { # HOW [TOLD]: `one`, which answers so, and `asked`, about which a command is told so
  put "$folder/$stack.yaml" <<END
bulkhead: 1
stack: $stack
services:
  one:
    role: node
    command: [node, answer.js, $1, $folder/told/ill]
    workdir: $folder/app
    files: {read: [$folder/app, $folder/told]}
    listens: [3000]
    ready: {http: ":3000/health?of=one"}
    healthy: {http: ":3000/health"}
    restart: on-failure
  other:
    role: node
    command: [node, answer.js, silence]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    ready: {port: 3000}
  asked:
    role: node
    command: [node, answer.js, silence]
    workdir: $folder/app
    files: {read: [$folder/app, $folder/told]}
    listens: [3000]
    ready: {command: [node, ask.js, "${2:-0}"]}
    healthy: {command: [node, ask.js, $folder/told/sick]}
    restart: on-failure
END
}

refused() { # HOW SECONDS WHY
  policy "$1"
  expect 4 "an answer that is $1 is none" bulkhead up --within "$2"
  says "service 'one' is not ready after $2 s" 'and the service is named'
  says "$3" 'with the reason'
  says "$stack.yaml:10:" 'at the line that asks'
}
refused garbage 2 'the answer is not HTTP'
refused ill 2 'GET :3000/health?of=one is answered 500'
refused hangup 2 'GET :3000/health?of=one'
refused silence 7 'no whole answer on port 3000 within 5 s'
refused drip 7 'no whole answer on port 3000 within 5 s'

policy well 7
expect 4 'a command that fails says that it is not ready' bulkhead up --within 4
says "service 'asked' is not ready after 4 s" 'and the service is named'
says 'its command ended with 7' 'with the reason'
says "$stack.yaml:26:" 'at the line that asks'
policy well never
expect 4 'one that does not end does so, too' bulkhead up --within 13
says 'its command did not end within 10 s' 'after ten seconds'

policy endless
expect 0 'of an endless answer the begin is enough' bulkhead up
expect 0 'down' bulkhead down

policy well
expect 0 'up waits until it answers well' bulkhead up
says 'one: ready' 'and says that it is ready'
says 'other: ready' 'a port is enough for another'
if is_in_state one 'ready 0'; then ok 'ps says so too'; else not_ok 'ps says so too' "$(state_of one)"; fi
if grep -q '^GET /health?of=one HTTP/1.1|Host: one|' /var/log/bulkhead/$stack/one/log; then ok 'it was asked by name'; else not_ok 'it was asked by name'; fi
expect 0 'all is as planned' bulkhead status
if [ "$(grep -c . /var/log/bulkhead/$stack/other/log)" = 0 ]; then ok 'a port is asked without a word'; else not_ok 'a port is asked without a word'; fi

mark=$(stat -c %s $log)
touch "$folder/told/ill"
within 20 'one bad answer of health is told' noted 'one: .*GET :3000/health is answered 500'
if is_in_state one 'ready 0'; then ok 'and changes nothing'; else not_ok 'and changes nothing' "$(state_of one)"; fi
within 30 'three of them end it' noted 'one: told to stop'
rm "$folder/told/ill"
within 15 'and it comes back' is_in_state one 'ready 1'
if is_in_state asked 'ready 0'; then ok 'who is asked about by a command was well'; else not_ok 'who is asked about by a command was well' "$(state_of asked)"; fi
mark=$(stat -c %s $log)
touch "$folder/told/sick"
within 20 'a command that fails once is told' noted 'asked: .*its command ended with 3'
within 30 'three times end it, too' noted 'asked: told to stop'
rm "$folder/told/sick"
within 15 'and it comes back likewise' is_in_state asked 'ready 1'
if is_in_state other 'ready 0'; then ok 'the other was left alone'; else not_ok 'the other was left alone' "$(state_of other)"; fi
expect 0 'down at the end' bulkhead down
