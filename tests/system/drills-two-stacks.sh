#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two stacks on one machine cannot see each other: neither by addresses, nor by their routers, links
# and doors, nor by sockets, processes and files.  One is relayed, the other translated by the host,
# which forwards.  Who attacks is a service that does what it is told; that what it goes for is there
# is seen from inside the other's network, by a process that nothing confines.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh

for program in node redis-server curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
near=drills-near far=drills-far
hosts=()
clean_up() {
  take_down "$near" "$far"
  [ -z "$neighbour" ] || hosts+=("$neighbour")
  [ ${#hosts[@]} = 0 ] || kill "${hosts[@]}"
}
make_neighbour 2
knob ipv4/ip_forward 1
knob ipv6/conf/all/forwarding 1

# Does what it is asked to and says how it went: `through`, or the name of the error.
put "$folder/app/agent.js" <<'END'
const net = require('node:net'), dgram = require('node:dgram'), fs = require('node:fs');
const acts = {
  connect: ([host, port], done) => {
    const socket = net.connect({ host, port: Number(port) });
    socket.setTimeout(2000, () => { done('ETIMEDOUT'); socket.destroy(); });
    socket.on('connect', () => { done('through'); socket.destroy(); });
    socket.on('error', (error) => done(error.code));
  },
  ask: ([host, port], done) => {
    const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
    const late = setTimeout(() => done('ETIMEDOUT'), 1000);
    const end = (said) => { clearTimeout(late); done(said); };
    socket.on('message', () => end('through'));
    socket.on('error', (error) => end(error.code));
    socket.connect(Number(port), host, (error) => {
      if (error) return end(error.code);
      socket.send('x', (failed) => { if (failed) end(failed.code); });
    });
  },
  meet: ([path], done) => {
    const socket = net.connect({ path: path.replace(/^@/, '\0') });
    socket.on('connect', () => { done('through'); socket.destroy(); });
    socket.on('error', (error) => done(error.code));
  },
  read: ([path], done) => fs.readFile(path, (error) => done(error ? error.code : 'through')),
  list: ([path], done) => fs.readdir(path, (error) => done(error ? error.code : 'through')),
  signal: ([pid], done) => {
    try { process.kill(Number(pid), 0); done('through'); } catch (error) { done(error.code); }
  },
};
if (process.argv[2] === 'echo')
  for (const type of ['udp4', 'udp6']) {
    const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6' });
    socket.on('message', (text, from) => socket.send(text, from.port, from.address));
    socket.on('error', () => {});
    socket.bind(5300);
  }
require('node:http').createServer((request, response) => {
  const [act, ...words] = request.url.slice(1).split('/').map(decodeURIComponent);
  if (!acts[act]) return response.end('here');
  acts[act](words, (said) => { if (!response.writableEnded) response.end(said); });
}).listen(3000);
END
put "$folder/far/file" <<<'known to the other stack'
put "$folder/key" <<<'known to nobody'
chmod 600 "$folder/key"

put "$folder/$near.yaml" <<END
bulkhead: 1
stack: "$near"
addresses: {ipv4: 198.18.201.0/24, ipv6: "fd20:1::/64"}
services:
  agent:
    role: node
    command: node agent.js
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: "127.0.0.1:18201"}
    connects: [{to: "host:18203", why: a door of the other stack}, "echo:3000", "echo:5300/udp"]
  echo:
    role: node
    command: node agent.js echo
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000, 5300/udp]
END
put "$folder/$far.yaml" <<END
bulkhead: 1
stack: "$far"
gateway: nat
addresses: {ipv4: 198.18.202.0/24, ipv6: "fd20:2::/64"}
services:
  agent:
    role: node
    command: node agent.js
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: ["127.0.0.1:18202", "10.77.0.1:18202"]}
    connects: ["echo:3000", "echo:5300/udp", "local:unix:/run/local/far.sock"]
    groups: [redis]
  echo:
    role: node
    command: node agent.js echo
    workdir: $folder/app
    files: {read: [$folder/app, $folder/far]}
    secrets: {KEY: $folder/key}
    listens: [3000, 5300/udp]
    publishes: {3000: "127.0.0.1:18203"}
  local:
    role: redis
    command: [redis-server, --port, "0", --unixsocket, /run/local/far.sock, --unixsocketperm, "770", --save, ""]
    user: redis
    listens: [{unix: /run/local/far.sock, mode: 0770}]
END
of() { # STACK VERB [OPERAND...]
  "$BULKHEAD" "$2" --roles "$roles" --file "$folder/$1.yaml" "${@:3}"
}
expect 0 'a stack, which is relayed' of "$near" up
status=0
of "$far" up >"$output" 2>&1 || status=$?
door=yes
if [ $status = 3 ]; then
  skip 'another, translated by the host' "$(tail -n 1 "$output")"
  door=no
  sed -i '/^gateway: nat/d' "$folder/$far.yaml"
  expect 0 'another, which is relayed, too' of "$far" up
elif [ $status = 0 ]; then
  ok 'another, translated by the host'
else
  not_ok 'another, translated by the host' "$(tail -n 1 "$output")"
fi

# Programs of the host and of the machine beside it, at all of their addresses.
put "$folder/host.js" <<'END'
require('node:net').createServer((peer) => peer.end()).listen(18209, '::');
const udp = require('node:dgram').createSocket('udp6');
udp.on('message', (text, from) => udp.send(text, from.port, from.address));
udp.bind(18209);
END
node "$folder/host.js" &
hosts+=($!)
nsenter -t "$neighbour" -n node "$folder/host.js" &
hosts+=($!)

url() { # WORD...
  local word path=
  for word; do path+=/${word//\//%2F}; done
  echo "${path#/}"
}
tell() { # STACK ACT WORD...
  local port=18201
  [ "$1" = "$near" ] || port=18202
  curl -sS --max-time 8 "http://127.0.0.1:$port/$(url "${@:2}")" 2>&1
}
works() { # NAME STACK ACT WORD...
  local name=$1 said
  shift
  said=$(tell "$@")
  if [ "$said" = through ]; then ok "$name"; else not_ok "$name" "$said"; fi
}
# At once, and by somebody: a packet that gets lost would be waited for.
refused() { # NAME STACK ACT WORD...
  local name=$1 said
  shift
  said=$(tell "$@")
  case $said in
    EPERM | EACCES | ECONNREFUSED | ENETUNREACH | EHOSTUNREACH | ENOENT | ESRCH) ok "$name ($said)" ;;
    *) not_ok "$name" "$said" ;;
  esac
}
# By a process that is in the network of a service, and in nothing else of its confinement.
inside() { # STACK SERVICE ACT WORD...
  local pid
  pid=$(stack=$1 pid_of "services/$2")
  nsenter -t "$pid" -n node -e '
    const [act, host, port] = process.argv.slice(1);
    const end = (status) => process.exit(status);
    setTimeout(end, 2000, 1);
    if (act === "connect") require("node:net").connect(port, host, () => end(0)).on("error", () => end(1));
    else {
      const socket = require("node:dgram").createSocket(host.includes(":") ? "udp6" : "udp4");
      socket.on("message", () => end(0)).on("error", () => end(1)).send("x", port, host);
    }' "${@:3}"
}
is_here() { [ "$(curl -sS --max-time 3 "$1" 2>&1)" = here ]; }

for port in 18201 18202 18203; do
  within 20 "the door $port answers the host" is_here "http://127.0.0.1:$port/"
done
expect 0 'and one of them the machine beside it' by curl -sS --max-time 3 http://10.77.0.1:18202/
says here 'by the service'

works 'a service reaches its peer' "$near" connect echo 3000
works 'and exchanges datagrams with it' "$near" ask echo 5300
works 'so does one of the other stack' "$far" connect echo 3000
works 'and exchanges datagrams' "$far" ask echo 5300
works 'and meets its peer at a socket' "$far" meet /run/local/far.sock
works 'what is declared of a door of the other stack works' "$near" connect host 18203

# Each goes for the other.
try_addresses() { # STACK OTHER ADDRESS4 ADDRESS6
  local stack=$1 other=$2 four=$3 six=$4 address
  # What the other's services are, in the order of the policy.
  for address in "$four.2" "$six::2" "$four.3" "$six::3"; do
    refused "$stack: no connection to $address" "$stack" connect "$address" 3000
    refused "$stack: no datagram to $address" "$stack" ask "$address" 5300
  done
  expect 0 "$other: who is there answers" inside "$other" agent connect "$four.2" 3000
  expect 0 "$other: by IPv6" inside "$other" agent connect "$six::2" 3000
  expect 0 "$other: and the next" inside "$other" echo connect "$four.3" 3000
  expect 0 "$other: by datagrams" inside "$other" agent ask "$four.3" 5300
  # Its router, the host's end of its link.
  for address in "$four.1" "$six::1" "$four.254"; do
    refused "$stack: nothing of the link $address" "$stack" connect "$address" 18209
    refused "$stack: no datagram to it" "$stack" ask "$address" 18209
    refused "$stack: no name server at $address" "$stack" ask "$address" 53
  done
}
try_addresses "$near" "$far" 198.18.202 fd20:2
try_addresses "$far" "$near" 198.18.201 fd20:1
if [ $door = yes ]; then
  ip -4 -oneline address show >"$output"
  says '198.18.202.254/' 'the host has its end of the link'
fi

# The host, what it forwards to, and doors that no line names: one's own, the other's.
for stack in $near $far; do
  for address in 10.77.0.1 fd77::1 10.77.0.2 fd77::2; do
    refused "$stack: not $address" "$stack" connect "$address" 18209
    refused "$stack: nor by datagrams" "$stack" ask "$address" 18209
  done
  refused "$stack: no door by the address of the host" "$stack" connect 10.77.0.1 18202
  for port in 18201 18202; do
    refused "$stack: nor by a loopback, $port" "$stack" connect 127.0.0.1 "$port"
  done
  refused "$stack: nor by its own router" "$stack" connect "198.18.20$([ "$stack" = "$near" ] && echo 1 || echo 2).1" 18202
done
refused "who declares no door of the other's has none" "$far" connect 198.18.202.1 18203
expect 0 'the host itself is there' by node -e '
  require("node:net").connect(18209, "10.77.0.1", () => process.exit(0)).on("error", () => process.exit(1))'

# Sockets, processes, files.
refused 'no socket of the other' "$near" meet /run/local/far.sock
refused 'nor by its place on the host' "$near" meet "/run/bulkhead/$far/sockets/local+run+local/far.sock"
expect 0 'where it is' test -S "$(find "/run/bulkhead/$far/sockets" -name far.sock)"
for stack in $near $far; do
  other=$far
  [ "$stack" = "$near" ] || other=$near
  refused "$stack: not the stack's own control" "$stack" meet "/run/bulkhead/$stack/control"
  refused "$stack: nor that of the other" "$stack" meet "/run/bulkhead/$other/control"
  refused "$stack: not what is known of the other" "$stack" list "/run/bulkhead/$other"
  for file in services/agent gateway supervisor launcher; do
    pid=$(stack=$other pid_of $file)
    # A pid of the host's may be one of its own as well: it has few.
    [ "$pid" -gt 50 ] || continue
    refused "$stack: no $file of the other to signal" "$stack" signal "$pid"
    refused "$stack: nor to see" "$stack" list "/proc/$pid"
    expect 0 "$other: it is there" kill -0 "$pid"
  done
done
refused 'no file of the other' "$near" read "$folder/far/file"
refused 'no secret of it' "$near" read "$folder/key"
refused 'nor under its name there' "$near" read /run/secrets/KEY
refused 'no log of it' "$near" list "/var/log/bulkhead/$far"

# What the drill says of the same.
expect 0 'drilled while the other runs, nothing of it gets through' of "$near" drill --json agent
for way in "reach:stack:$far:echo:3000" "ask6:stack:$far:echo:5300" "reach6:stack:$far:router:other"; do
  if grep -A 4 -F "\"attempt\": \"$way\"" "$output" | grep -q '"verdict": "stopped"'; then
    ok "it says so of $way"
  else
    not_ok "it says so of $way" "$(grep -A 4 -F "\"attempt\": \"$way\"" "$output" | tail -n 1)"
  fi
done

for stack in $near $far; do
  expect 0 "$stack is as it was" of "$stack" status
done
