#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A service with instances: each has its turn behind the published port, the name stands for all of
# them, and who connects to one reaches that one alone.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
command -v curl >/dev/null || skip_all 'needs curl'
stack=instances policy=$folder/instances.yaml
clean_up() { take_down $stack; }
port=17391
answer() { curl -s --max-time 5 --no-keepalive "http://127.0.0.1:$port/"; }
# Nothing runs of PID any more, which its stopped parent has not seen.
ended() { # PID
  [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = Z ] && [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
}
answers() { for _ in 1 2 3 4 5 6; do answer; done | sort | uniq -c | tr -s ' \n' ' '; }

# Says which instance it is, and who asks.
put "$folder/app/web.js" <<'END'
const { hostname } = require('node:os');
require('node:http').createServer((request, response) => response.end(`${hostname()}\n`)).listen(3000);
END
# What each of the names given stands for, and who answers at it.
put "$folder/app/ask.js" <<'END'
const dns = require('node:dns').promises;
const http = require('node:http');
const ask = (host) => new Promise((done) => {
  http.get({ host, port: 3000, timeout: 3000, agent: false }, (response) => {
    response.on('data', (text) => done(`${text}`.trim()));
  }).on('error', (error) => done(error.code)).on('timeout', () => done('silence'));
});
(async () => {
  for (const name of process.argv.slice(2)) {
    const found = await dns.lookup(name, { all: true, family: 4 }).catch((error) => [{ address: error.code }]);
    const heard = await Promise.all(found.map(({ address }) => address.startsWith('E') ? address : ask(address)));
    console.log(`${name} is ${found.length}: ${heard.join(' ')}`);
  }
})();
END
# The families of a name's addresses, in the order of the C library.
put "$folder/app/first.js" <<'END'
require('node:dns').lookup(process.argv[2], { all: true, verbatim: true },
  (error, found) => console.log(error ? error.code : found.map(({ family }) => `IPv${family}`).join(' ')));
END
put "$folder/instances.yaml" <<END
bulkhead: 1
stack: instances
services:
  web:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    instances: 2
    listens: [3000]
    publishes: {3000: ["127.0.0.1:$port", "[::1]:$port"]}
  every:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    connects: [web:3000]
  single:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    connects: [web.2:3000]
END

expect 0 'a stack with instances comes up' bulkhead up
expect 0 'each instance is as planned' bulkhead status
expect 0 'each has its turn' answers
said=$(cat "$output")
if [ "$said" = ' 3 web.1 3 web.2 ' ]; then ok 'and as many clients'; else not_ok 'and as many clients' "$said"; fi
if [ "$(pid_of services/web.1 pid)" != "$(pid_of services/web.2 pid)" ] && [ "$(readlink "/proc/$(pid_of services/web.1 process)/ns/net")" != "$(readlink "/proc/$(pid_of services/web.2 process)/ns/net")" ]; then
  ok 'each is confined by itself'
else
  not_ok 'each is confined by itself'
fi

expect 0 'one who connects to all' timeout 20 "$BULKHEAD" run --roles "$roles" -f "$folder/instances.yaml" every -- node ask.js web web.1 web.2
says 'web is 2: web.1 web.2' 'knows them by one name'
says 'web.1 is 1: web.1' 'and the first by its own'
says 'web.2 is 1: web.2' 'and the second'
expect 0 'one who asks for no family' timeout 20 "$BULKHEAD" run --roles "$roles" -f "$folder/instances.yaml" every -- node first.js web
says 'IPv4 IPv4 IPv6 IPv6' 'is told the older first, where more listen'
expect 0 'one who connects to the second' timeout 20 "$BULKHEAD" run --roles "$roles" -f "$folder/instances.yaml" single -- node ask.js web web.1 web.2
says 'web is 1: web.2' 'knows that one alone'
says 'web.2 is 1: web.2' 'by both names'
says 'web.1 is 1: ENOTFOUND' 'and has no name for the other'
address=$(sed -n 's/ web\.1$//p' /run/bulkhead/instances/hosts/every | head -n 1)
expect 0 'nor any way to its address' timeout 20 "$BULKHEAD" run --roles "$roles" -f "$folder/instances.yaml" single -- node ask.js "$address"
if grep -Eq "is 1: (E[A-Z]+|silence)" "$output" && ! grep -q 'web' "$output"; then ok 'which it tried'; else not_ok 'which it tried' "$(cat "$output")"; fi

kill -STOP "$(pid_of services/web.1 pid)"
process=$(pid_of services/web.1 process)
kill -9 "$process"
# Its socket takes clients until its last thread has ended, and nobody could answer those.
within 20 'one of them ends' ended "$process"
expect 0 'without it' answers
said=$(cat "$output")
if [ "$said" = ' 6 web.2 ' ]; then ok 'the others have its clients'; else not_ok 'the others have its clients' "$said"; fi
kill -CONT "$(pid_of services/web.1 pid)"
expect 0 'and down' bulkhead down
