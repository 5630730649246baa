#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes by the edges of a stack and what is refused, as `bulkhead net` tells it: who tried whom,
# which layer said no, the line that would allow it, and that it does.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node curl nft; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=net-graph
clean_up() { take_down $stack; }
# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh

# Whoever sends a number is sent so many bytes; datagrams come back.
put "$folder/app/peer.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram');
for (const word of process.argv.slice(2)) {
  const port = Number(word.replace('/udp', ''));
  if (word.includes('udp')) {
    const echo = dgram.createSocket('udp6');
    echo.on('message', (text, from) => echo.send(text, from.port, from.address));
    echo.bind(port);
  } else net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (asked) => socket.end(Buffer.alloc(Number(asked), 'x')));
  }).on('error', ({ code }) => console.log(port, code)).listen(port);
}
END
# /tcp/HOST/PORT/BYTES, /udp/HOST/PORT and /bind/PORT, /bind/PORT/udp: what it came to.
put "$folder/app/asker.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram');
const tcp = (host, port, bytes) => new Promise((resolve) => {
  const socket = net.connect({ host, port });
  let came = 0;
  socket.on('error', ({ code }) => resolve(code));
  socket.on('data', (part) => { came += part.length; });
  socket.on('end', () => resolve(`got ${came}`));
  socket.setTimeout(3000, () => { socket.destroy(); resolve('silent'); });
  socket.write(bytes);
});
const udp = (host, port) => new Promise((resolve) => {
  const socket = dgram.createSocket('udp4');
  const done = (word) => { clearTimeout(timer); socket.close(); resolve(word); };
  const timer = setTimeout(() => done('silent'), 1000);
  socket.on('message', () => done('echo'));
  socket.on('error', ({ code }) => done(code));
  socket.send('x', port, host, (error) => { if (error) done(error.code); });
});
const bind = (port, how) => new Promise((resolve) => {
  const socket = how ? dgram.createSocket('udp4') : net.createServer();
  socket.on('error', ({ code }) => resolve(code));
  const done = () => { socket.close(); resolve('bound'); };
  if (how) socket.bind(port, done); else socket.listen(port, '0.0.0.0', done);
});
require('node:http').createServer(async (request, response) => {
  const [, what, ...words] = request.url.split('/');
  response.end(await { tcp, udp, bind }[what](...words));
}).listen(8000);
END
{
  cat <<END
bulkhead: 1
stack: $stack
addresses: {ipv4: 198.18.83.0/24, ipv6: "fd83::/64"}
services:
  web:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [8000]
    ready: {port: 8000}
    publishes: {8000: "127.0.0.1:8731"}
    connects:
      - db:5000
      - {to: db:5001, new-connections: 2/m}
      - {to: db:5002, new-connections: 2/m, over: alert}
      - {to: db:5003, bytes: 100KB/h, over: alert}
  # Connections of one with datagrams are followed, and are another way through its table.
  teller:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [8000]
    ready: {port: 8000}
    publishes: {8000: "127.0.0.1:8732"}
    connects: [db:5000, db:5353/udp]
  db:
    role: node
    command: [node, peer.js, "5000", "5001", "5002", "5003", "5004", "5999", 5353/udp]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [5000-5004, 5353/udp]
    ready: {port: 5000}
    connects: [cache:6379]
  cache:
    role: node
    command: [node, peer.js, "6379"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [6379]
END
} | put "$policy"
asked() { # NAME WANTED PATH [PORT of who is asked]
  local said
  said=$(curl -sS --max-time 20 "http://127.0.0.1:${4-8731}/$3" 2>&1)
  if [ "$said" = "$2" ]; then ok "$1"; else not_ok "$1" "$said"; fi
}
db=198.18.83.4 cache=198.18.83.5

expect 1 'a stack that is not up' bulkhead net
says "stack '$stack' is not up" 'is told so'
expect 0 'up' bulkhead up
within 20 'the asker answers' curl -sS http://127.0.0.1:8731/bind/8000
shows 'before anything was tried nothing was refused' 'denials.length === 0'

for _ in 1 2 3; do asked 'an edge' 'got 10000' tcp/db/5000/10000; done
shows 'it counts connections' 'edge("5000").connections === 3'
and_shows 'and bytes, with what each packet has around them' \
  'edge("5000").received >= 30000 && edge("5000").received < 33000 && edge("5000").sent > 0 && edge("5000").sent < 3000'
for _ in 1 2 3; do asked 'where connections are followed' 'got 10000' tcp/db/5000/10000 8732; done
shows 'they count as well' \
  'edge("5000", "teller").connections === 3 && edge("5000", "teller").received >= 30000 && edge("5000", "teller").received < 33000'
for _ in 1 2; do asked 'datagrams' echo udp/db/5353 8732; done
shows 'are counted by who asks' 'edge("5353/udp").connections === 2 && edge("5353/udp").received === 2 * 29 && edge("5353/udp").sent === 2 * 29'
and_shows 'what nobody used has nothing' \
  'edge("5001").connections === 0 && edge("5001").sent === 0 && edge("5001").received === 0'
and_shows 'the door counts' 'edge("8000", "web").from === "outside" && edge("8000", "web").connections >= 4 && edge("8000", "web").received > 0 && edge("8000", "teller").connections >= 3'
and_shows 'and nothing of it was refused' 'denials.length === 0'

asked 'a service that is not declared' EPERM tcp/$cache/6379/1
asked 'again' EPERM tcp/$cache/6379/1
asked 'a port of a declared one' EPERM tcp/db/5004/1
asked 'a port that it does not listen on' EPERM tcp/db/5999/1
asked 'a datagram' EPERM udp/db/5354 8732
asked 'an address outside' EPERM tcp/203.0.113.9/443/1
asked 'its own loopback, where a peer was' EPERM tcp/127.0.0.1/5000/1
asked 'a port to listen on' EPERM bind/5777/udp 8732
shows 'who is not declared is named, with layer, count, reason and age' \
  'denial({from: "web", to: "cache", act: "connect", port: "6379", count: 2, layer: "labels", reason: "not declared"}).ago < 60'
and_shows 'and the line that would allow it' 'lines(denial({to: "cache"})) === "web connects cache:6379"'
and_shows 'with its place' "denial({to: 'cache'}).lines[0].exists && denial({to: 'cache'}).lines[0].where.includes(':$(line_of 'db:5003'):')"
and_shows 'a port of a declared one' 'lines(denial({to: "db", port: "5004", count: 1})) === "web connects db:5004"'
and_shows 'a port that it does not listen on takes two lines' \
  'lines(denial({to: "db", port: "5999"})) === "web connects db:5999, db listens 5999"'
and_shows 'a datagram' 'lines(denial({to: "db", act: "send", port: "5354/udp"})) === "teller connects db:5354/udp, db listens 5354/udp"'
and_shows 'an address outside' \
  "lines(denial({to: 'outside', address: '203.0.113.9'})) === 'web connects {to: \"203.0.113.9:443\", why: WHAT FOR}'"
and_shows 'who looks for a peer at home' \
  "lines(denial({to: 'web', address: '127.0.0.1'})) === 'web connects {to: db:5000, at: \"127.0.0.1:5000\"}'"
and_shows 'where it may not listen' 'lines(denial({from: "teller", act: "listen", port: "5777/udp"})) === "teller listens 5777/udp"'
expect 0 'as text' bulkhead net
says 'web connects to cache port 6379: not declared' 'it says who tried whom'
says "add to \`connects\` of web, line $(line_of 'db:5003'):" 'and where to write what'
expect 0 'as text, of one' bulkhead net cache
says 'cache port 6379' 'it has what that one has to do with'
expect 2 'who is none' bulkhead net nobody
says "no service 'nobody'" 'is told so'
expect 0 'what was refused alone' bulkhead net --denied
if grep -q CONNECTIONS "$output"; then not_ok 'has no edges'; else ok 'has no edges'; fi
expect 2 'two answers at once' bulkhead net --svg --json
says 'one answer at a time' 'are too many'
expect 0 'as a picture' bulkhead net --svg
if command -v xmllint >/dev/null; then
  bulkhead net --svg >"$folder/graph.svg"
  expect 0 'which is XML' xmllint --noout "$folder/graph.svg"
else
  skip 'the picture is XML' 'needs xmllint'
fi
bulkhead net --dot >"$folder/graph.dot"
if command -v dot >/dev/null; then
  expect 0 'graphviz reads its graph' dot -Tsvg -o /dev/null "$folder/graph.dot"
else
  skip 'graphviz reads its graph' 'needs dot'
fi

for _ in 1 2; do asked 'so many by that line' 'got 1' tcp/db/5001/1; done
asked 'and no more' ECONNREFUSED tcp/db/5001/1
shows 'over its line is told by it' \
  "denial({from: 'web', to: 'db', port: '5001', reason: 'over new-connections', layer: 'own table', passed: false}).where.includes(':$(line_of 'db:5001'):')"
and_shows 'and which key to raise' 'lines(denial({port: "5001"})) === "web new-connections "'
and_shows 'and the edge has it, too' 'edge("5001").over === denial({port: "5001"}).count && edge("5001").connections === 2'
for _ in 1 2 3 4; do asked 'what is over is let through where its line says so' 'got 1' tcp/db/5002/1; done
shows 'and noted' 'denial({port: "5002", reason: "over new-connections", count: 2, passed: true})'
asked 'more bytes than its line gives' 'got 300000' tcp/db/5003/300000
shows 'are noted' 'denial({port: "5003", reason: "over bytes", passed: true}).count > 0'
expect 0 'status takes none of that for drift' bulkhead status

# What the cgroup is not asked, the service's own table refuses, and what that does not, the router.
inside=$(pid_of services/web process)
by_hand() { nsenter -t "$inside" -n bash -c "exec 3<>/dev/tcp/$1" 2>/dev/null; } # ADDRESS/PORT
by_hand "$db/5004"
shows 'its own table tells what it refuses' \
  'lines(denial({from: "web", to: "db", port: "5004", layer: "own table"})) === "web connects db:5004"'
# Of its own no rule is left, or what the router answers would not get in: it would wait for two minutes.
for chain in input output; do nsenter -t "$inside" -n nft insert rule inet bulkhead $chain accept; done
by_hand "$db/5004"
shows 'and the router' 'denial({from: "web", to: "db", port: "5004", layer: "router"})'

launcher=$(pid_of launcher)
kill -9 "$launcher" "$(pid_of supervisor)"
within 10 'the launcher is gone' gone "$launcher"
asked 'with nobody of ours' EPERM tcp/$cache/6379/1
shows 'it is known as before, and more' 'denial({to: "cache", layer: "labels", count: 3})'
expect 0 'up adopts' bulkhead up
shows 'and leaves the records' 'denial({to: "cache", layer: "labels", count: 3}) && edge("5000").connections === 3'

# What it says to write is good.
sed -i -e 's|      - db:5000|&\n      - cache:6379\n      - db:5999|' -e 's|connects: \[db:5000, db:5353/udp|&, db:5354/udp|' \
  -e 's|listens: \[5000-5004, 5353/udp|&, 5999, 5354/udp|' -e '/teller:/,/db:/s|listens: \[8000|&, 5777/udp|' \
  -e 's|"5999", 5353/udp\]|"5999", 5353/udp, 5354/udp]|' "$policy"
expect 0 'with those lines it is good' bulkhead check
expect 0 'down' bulkhead down
expect 0 'up by them' bulkhead up
within 20 'the asker answers' curl -sS http://127.0.0.1:8731/bind/8000
asked 'a service' 'got 1' tcp/$cache/6379/1
asked 'a datagram' echo udp/db/5354 8732
asked 'a port of theirs' 'got 1' tcp/db/5999/1
asked 'a port of its own' bound bind/5777/udp 8732
shows 'and nothing is refused' 'denials.length === 0'
expect 0 'down' bulkhead down

# Where Landlock does not refuse it first, a port for connections is known, too.
sed -i -e 's|    role: node|&\n    accept-missing: [landlock]|' "$policy"
expect 0 'up without Landlock' bulkhead up --lacks landlock
within 20 'the asker answers' curl -sS http://127.0.0.1:8732/bind/8000
asked 'a port for connections' EPERM bind/5778 8732
shows 'is told of' 'lines(denial({from: "teller", act: "listen", port: "5778", layer: "labels"})) === "teller listens 5778"'
expect 0 'down' bulkhead down
