#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How much and how long: what a line of `connects` says of rates, counts, bytes and a last day, in a
# table that follows connections and in one that does not.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
command -v curl >/dev/null || skip_all 'needs curl'
stack=budget
outside=''
clean_up() {
  take_down $stack
  [ -z "$outside" ] || kill "$outside"
}

# db: whoever sends a number is sent so many bytes; at 5010 and 5011 whoever has sent two million bytes is
# told so; datagrams come back.
put "$folder/app/db.js" <<'END'
const net = require('node:net');
const [first, last] = process.argv.slice(2).map(Number);
for (let port = first; port <= last; port++)
  net.createServer((socket) => {
    let came = 0;
    socket.on('error', () => {});
    socket.on('data', (asked) => {
      if (port !== 5010 && port !== 5011) socket.write(Buffer.alloc(Number(asked), 'x'));
      else if ((came += asked.length) >= 2e6) socket.end('x');
    });
  }).listen(port);
const echo = require('node:dgram').createSocket('udp6');
echo.on('message', (text, from) => echo.send(text, from.port, from.address));
if (last === 5012) echo.bind(5353);
END
# asker: /begin/PORT/COUNT begins connections one after the other and keeps them, /end ends all that
# were kept, /get/PORT/BYTES asks for bytes by a connection that is kept for it, /put/PORT sends two million
# bytes, /udp/COUNT sends from as many ports.  What each came to is the answer, and how long it took at most.
put "$folder/app/asker.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram');
let kept = [];
const streams = new Map();
let host = () => process.env.PEER;
const connect = (port) => new Promise((resolve) => {
  const socket = net.connect({ host: host(), port }), since = Date.now();
  const timer = setTimeout(() => { socket.destroy(); resolve('silent'); }, 2000);
  socket.on('connect', () => { clearTimeout(timer); kept.push(socket); resolve('open'); });
  socket.on('error', ({ code }) => { clearTimeout(timer); resolve(Date.now() - since < 500 ? code : `late ${code}`); });
});
const put = (port) => new Promise((resolve) => {
  const socket = net.connect({ host: host(), port }), since = Date.now();
  socket.on('error', ({ code }) => resolve(code));
  socket.on('data', () => resolve(Date.now() - since < 1200 ? 'fast' : 'slow'));
  socket.write(Buffer.alloc(2e6, 'x'));
});
const get = (port, bytes) => new Promise((resolve) => {
  const socket = streams.get(port) || net.connect({ host: host(), port });
  let left = bytes;
  streams.set(port, socket);
  socket.removeAllListeners();
  const done = (word) => { clearTimeout(timer); resolve(word); };
  const timer = setTimeout(() => done('slow'), 1500);
  // libuv takes a reset that follows data for an end.
  for (const event of ['error', 'end', 'close']) socket.on(event, () => { streams.delete(port); done('ended'); });
  socket.on('data', (part) => { left -= part.length; if (left <= 0) done('all'); });
  socket.write(String(bytes));
});
const datagram = () => new Promise((resolve) => {
  const socket = dgram.createSocket(host().includes(':') ? 'udp6' : 'udp4');
  const done = (word) => { clearTimeout(timer); socket.close(); resolve(word); };
  const timer = setTimeout(() => done('silent'), 1000);
  socket.on('message', () => done('open'));
  socket.on('error', ({ code }) => done(code));
  socket.connect(5353, host(), () => socket.send('x', () => {}));
});
require('node:http').createServer(async (request, response) => {
  const [, what, port, number, peer] = request.url.split('/'), said = [];
  host = () => peer || process.env.PEER;
  if (what === 'begin') for (let i = 0; i < number; i++) said.push(await connect(Number(port)));
  if (what === 'get') said.push(await get(Number(port), Number(number)));
  if (what === 'put') said.push(await put(Number(port)));
  if (what === 'udp') for (let i = 0; i < port; i++) said.push(await datagram());
  if (what === 'end') { kept.forEach((socket) => socket.destroy()); kept = []; said.push('ended'); }
  response.end(said.join(' '));
}).listen(8000);
END
asker() { # NAME PORT PEER [LINE]
  cat <<END
  $1:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    environment: {PEER: "$3"}
    listens: [8000]
    publishes: {8000: "127.0.0.1:$2"}
    connects:
      - db:5000
      - {to: db:5001, new-connections: 3/m}
      - {to: db:5003, bytes: 1MB/h}
      - {to: db:5004, bytes: 1MB/h, over: drop}
      - {to: db:5005, until: 2020-01-01}
      - {to: db:5006, until: 2199-12-31}
      - {to: db:5008-5009, new-connections: 2/m, over: drop}
      - db:5010
      - {to: db:5011-5012, bandwidth: 8mbit}
END
  [ -z "${4-}" ] || echo "      - $4"
}
{
  cat <<END
bulkhead: 1
stack: $stack
addresses: {ipv4: 198.18.79.0/24, ipv6: "fd79::/64"}
services:
  db:
    role: node
    command: [node, db.js, "5000", "5012"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [5000-5012, 5353/udp]
END
  asker each 8701 db
  asker followed 8702 db '{to: db:5002, connections: 2}'
  asker wide 8703 fd79::2
  asker datagrams 8704 db '{to: db:5353/udp, new-connections: 2/m}'
  # By another way each: this machine, an address of its own, a peer that is two.
  asker ways 8705 db '{to: host:8790, why: a test, new-connections: 2/m}'
  echo '      - {to: db:5002, at: "127.0.0.1:6002", connections: 2}'
  echo '      - {to: pair:5010, connections: 3}'
  cat <<END
  pair:
    role: node
    command: [node, db.js, "5010", "5010"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    instances: 2
    listens: [5010]
END
} | put "$policy"
port_of() { case $1 in each) echo 8701 ;; followed) echo 8702 ;; wide) echo 8703 ;; datagrams) echo 8704 ;; ways) echo 8705 ;; esac; }
asked() { # NAME WANTED WHO PATH: what it came to
  local said
  said=$(curl -sS --max-time 20 "http://127.0.0.1:$(port_of "$3")/$4" 2>&1)
  if [ "$said" = "$2" ]; then ok "$1 ($3)"; else not_ok "$1 ($3)" "$said"; fi
}

wrong() { # NAME LINE TEXT: a line that is none
  sed "s|      - db:5000|      - $2|" "$policy" >"$folder/wrong.yaml"
  expect 2 "$1" "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
  says "$3" 'and it says so'
}
wrong 'a day that there is not' '{to: db:5007, until: 2026-02-30}' "'2026-02-30' is not a date"
wrong 'a day too late for a clock' '{to: db:5007, until: 2999-12-31}' "'2999-12-31' is later than a kernel's clock goes"
wrong 'what is not a rate' '{to: db:5007, new-connections: 20}' "write 20/s, 100/m or 1000/h"
wrong 'more than can be counted' '{to: db:5007, bytes: 5GB/h}' "'bytes' is more or less than can be counted"
wrong 'or less' '{to: db:5007, bytes: 64000/h}' "'bytes' is more or less than can be counted"
wrong 'slower than a packet' '{to: db:5007, bandwidth: 1kbit}' 'from 64kbit to 32gbit'
wrong 'two lines that meet in a port' '{to: db:5000-5001, connections: 3}' "two lines connect to port 5001 of 'db'"
wrong 'a way of going over nothing' '{to: db:5007, over: drop}' "'over' says what happens at a limit, and here is none"
expect 0 'a good policy' bulkhead check
says 'connects until 2020-01-01, which is over' 'warns of a line that has ended'
expect 0 'explain' bulkhead explain each
says '3 new connections a minute; more are refused' 'names what it counts'
says '1048576 bytes an hour, both ways; more are dropped' 'and how'

expect 0 'up' bulkhead up
expect 0 'as planned' bulkhead status
for who in each followed wide; do
  within 20 "$who answers" curl -sS "http://127.0.0.1:$(port_of $who)/"
  asked 'so many connections begin, and the next is refused at once' 'open open open ECONNREFUSED' $who begin/5001/4
  asked 'beside them anything goes' 'open open open open open' $who begin/5000/5
  asked 'a dropped one is silent, by all ports of the line' 'open' $who begin/5008/1
  asked 'a dropped one is silent, by all ports of the line' 'open silent' $who begin/5009/2
  asked 'so many bytes pass' 'all' $who get/5003/700000
  asked 'and then the connection ends' 'ended' $who get/5003/9000000
  asked 'as does another one' 'ended' $who get/5003/9000000
  asked 'so many bytes pass' 'all' $who get/5004/700000
  asked 'or it is slow' 'slow' $who get/5004/700000
  asked 'that is about its own line' 'all' $who get/5000/3000000
  asked 'what it sends is fast' fast $who put/5010
  asked 'or as slow as its line says' slow $who put/5011
  asked 'what it is sent is so, too' slow $who get/5012/2000000
  asked 'a line that has ended is refused' 'ECONNREFUSED' $who begin/5005/1
  asked 'one that has not is good' 'open' $who begin/5006/1
  asked 'what no line names is refused' 'EPERM' $who begin/5007/1
done
asked 'so many are there at a time' 'open open ECONNREFUSED' followed begin/5002/3
asked 'they end' 'ended' followed end
asked 'and there may be others' 'open open ECONNREFUSED' followed begin/5002/3
asked 'so many who send datagrams' 'open open EHOSTUNREACH' datagrams udp/3
node -e 'require("net").createServer(() => {}).listen(8790, "127.0.0.1"); setTimeout(process.exit, 300000)' &
outside=$!
within 20 'a program of this machine' bash -c 'echo >/dev/tcp/127.0.0.1/8790'
asked 'so often this machine is asked' 'open open ECONNREFUSED' ways begin/8790/3/host
asked 'so many by an address of its own' 'open open ECONNREFUSED' ways begin/6002/3/127.0.0.1
asked 'so many to both instances together' 'open open open ECONNREFUSED' ways begin/5010/4/pair
expect 0 'still as planned' bulkhead status
if command -v tc >/dev/null; then
  inside=$(pid_of services/each process)
  expect 0 'somebody takes the shape of a link away' nsenter -t "$inside" -n tc qdisc del dev eth0 root
  expect 1 'which status sees' bulkhead status
  says 'planned but gone: class eth0' 'and says'
else
  skip 'status sees that a link has lost its shape' 'needs tc'
fi
expect 0 'down' bulkhead down
