#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A service with a thousand edges, and one with five thousand: they are launched, reach the first,
# the middle and the last of them and nothing next to them, and a reload takes one of them away.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node curl; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=many-edges first=10000
clean_up() { take_down $stack; }

# Who calls is told by which port he came, and a datagram comes back.
put "$folder/app/peer.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram');
for (const port of process.argv.slice(2).map(Number)) {
  net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.end(`port ${port}`));
  }).listen(port);
  const echo = dgram.createSocket('udp6');
  echo.on('message', (text, from) => echo.send(`port ${port}`, from.port, from.address));
  echo.bind(port);
}
END
# /HOST/PORT and /HOST/PORT/udp4 or 6: what it came to.
put "$folder/app/asker.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram');
const tcp = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port });
  socket.on('error', ({ code }) => resolve(code));
  socket.on('data', (part) => { resolve(String(part)); socket.destroy(); });
  socket.setTimeout(3000, () => { socket.destroy(); resolve('silent'); });
  socket.write('x');
});
const udp = (host, port, family) => new Promise((resolve) => {
  const socket = dgram.createSocket(family);
  const done = (word) => { clearTimeout(timer); socket.close(); resolve(word); };
  const timer = setTimeout(() => done('silent'), 3000);
  socket.on('message', (part) => done(String(part)));
  socket.on('error', ({ code }) => done(code));
  socket.send('x', port, host, (error) => { if (error) done(error.code); });
});
require('node:http').createServer(async (request, response) => {
  const [, host, port, family] = decodeURIComponent(request.url).split('/');
  response.end(await (family ? udp(host, Number(port), family) : tcp(host, Number(port))));
}).listen(8000);
END

# Every second port, so that no range says it.
edges() { # COUNT [/udp]
  local i
  for ((i = 0; i < $1; i++)); do echo "      - db:$((first + 2 * i))${2-}"; done
}
asker() { # NAME DOOR
  cat <<END
  $1:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [8000]
    ready: {port: 8000}
    publishes: {8000: "127.0.0.1:$2"}
    connects:
END
}
write() { # EDGES-OF-MANY
  {
    printf 'bulkhead: 1\nstack: %s\naddresses: {ipv4: 198.18.94.0/24, ipv6: "fd94::/64"}\nservices:\n' $stack
    asker many 8741
    edges "$1"
    asker most 8742
    edges 5000
    asker datagrams 8743
    edges 1000 /udp
    cat <<END
  db:
    role: node
    command: [node, peer.js, "10000", "10001", "11000", "11001", "11998", "11999", "15000", "15001", "19998", "19999"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [10000-20000, 10000-20000/udp]
    ready: {port: 10000}
END
  } | put "$policy"
}
asked() { # DOOR WANTED NAME PATH
  local said
  said=$(curl -sS --max-time 20 "http://127.0.0.1:$1/$4" 2>&1)
  if [ "$said" = "$2" ]; then ok "$3"; else not_ok "$3" "$said"; fi
}
# hold WHO DOOR LAST: the first, middle and last edge of WHO, and what is next to them.
hold() {
  local address port
  for address in 198.18.94.5 fd94::5; do
    for port in 10000 11000 "$3"; do
      asked "$2" "port $port" "$1 reaches $port by $address" "$address/$port"
      asked "$2" EPERM "$1 does not reach $((port + 1)) by $address" "$address/$((port + 1))"
    done
  done
}

write 1000
expect 0 'up' bulkhead up
hold 'who has a thousand edges' 8741 11998
hold 'who has five thousand' 8742 19998
asked 8741 EPERM 'and no edge of the other' 198.18.94.5/15000
asked 8742 'port 15000' 'which is its own' 198.18.94.5/15000
for port in 10000 11000 11998; do
  asked 8743 "port $port" "by datagrams to $port" "198.18.94.5/$port/udp4"
  asked 8743 "port $port" "by IPv6 to $port" "fd94::5/$port/udp6"
  asked 8743 EPERM "not to $((port + 1))" "198.18.94.5/$((port + 1))/udp4"
  asked 8743 EPERM "not by IPv6 to $((port + 1))" "fd94::5/$((port + 1))/udp6"
done
asked 8743 EPERM 'nor by a connection' 198.18.94.5/11000
asked 8741 EPERM 'another address is nobody' 198.18.94.6/11000
expect 0 'all is as planned' bulkhead status

write 999
expect 0 'the last of them is taken away' bulkhead reload
asked 8741 EPERM 'and reached no more' 198.18.94.5/11998
asked 8741 EPERM 'by IPv6 either' fd94::5/11998
asked 8741 'port 11000' 'others are' 198.18.94.5/11000
expect 0 'all is as planned then' bulkhead status
