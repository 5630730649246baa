#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Datagrams across the edge of a stack, by either gateway: outwards to addresses, names and this machine,
# inwards by published ports.  What a line names is answered, by the address that was asked and to the one
# that asked; what is beside it is refused by each of the layers that hold it.  In a network namespace that
# plays the host, with a neighbour of several addresses beside it.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh
# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh

for program in node curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=datagrams policy=$folder/datagrams.yaml
servers=()
clean_up() {
  take_down $stack
  for process in $neighbour "${servers[@]}"; do kill "$process"; done
}
make_neighbour 2 3 4 5
by ip address add 169.254.169.254/32 dev lo
by ip address add 203.0.113.9/32 dev lo
ip route add default via 10.77.0.2
ip -6 route add default via fd77::2

# ADDRESS@PORT...: each says who asked which, and repeats what it was sent.
put "$folder/server.js" <<'END'
const dgram = require('node:dgram');
for (const place of process.argv.slice(2)) {
  const [, address, port] = place.match(/^(.*)@(\d+)$/), wide = address.includes(':');
  const socket = dgram.createSocket({ type: wide ? 'udp6' : 'udp4', ipv6Only: wide });
  socket.on('message', (asked, from) => socket.send(
    Buffer.concat([Buffer.from(`${address} ${from.address} ${from.port} `), asked]), from.port, from.address));
  socket.bind(Number(port), address);
}
END
# ADDRESS PORT [HOW]: asks by one socket or `count` of them, and says what came, and from where if that
# is not where it asked.  0: all have an answer; 7: refused; 28: not all.
put "$folder/ask.js" <<'END'
const dgram = require('node:dgram');
const host = process.argv[2], port = Number(process.argv[3]);
const { length = 2, count = 1, own, ownPort = 0, times = 1, connected } = JSON.parse(process.argv[4] || '{}');
const since = Date.now(), said = new Set();
let open = count * times;
const done = (code) => { console.log([...said].sort().join('\n')); process.exit(code); };
const refused = ({ code }) => { said.add(Date.now() - since < 500 ? code : `late ${code}`); done(7); };
const sent = (error) => { if (error) refused(error); };
setTimeout(() => done(28), 1500);
for (let i = 0; i < count; i++) {
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let left = times;
  const ask = () => (connected ? socket.send(Buffer.alloc(length, 'x'), sent)
    : socket.send(Buffer.alloc(length, 'x'), port, host, sent));
  socket.on('error', refused);
  socket.on('message', (heard, from) => {
    const text = `${heard}`;
    if (from.address !== host || from.port !== port) said.add(`from ${from.address} ${from.port}`);
    said.add(length > 2 ? `${text.length - text.indexOf('x')} of ${length}` : text.split(' ').slice(0, ownPort ? 3 : 2).join(' '));
    open--;
    if (--left) setTimeout(ask, 50);
    else if (!open) done(0);
  });
  socket.bind({ port: ownPort, address: own }, () => (connected
    ? socket.connect(port, host, (error) => (error ? refused(error) : ask())) : ask()));
}
END
nsenter -t "$neighbour" -n node "$folder/server.js" \
  {10.77.0.2,10.77.0.3,10.77.0.4,10.77.0.5,fd77::2,fd77::3,203.0.113.9,169.254.169.254}@{8080,8090,9300,9301,123} &
servers+=($!)
node "$folder/server.js" 127.0.0.1@9125 ::1@9126 127.0.0.1@9127 10.77.0.1@8090 10.77.0.1@8080 &
servers+=($!)
within 20 'the neighbour serves' node "$folder/ask.js" 10.77.0.2 8080
within 20 'and so does this machine' node "$folder/ask.js" 127.0.0.1 9127
expect 0 'at an address that a range has' node "$folder/ask.js" 10.77.0.1 8090

# asker: /ADDRESS/PORT/HOW is what is heard there by a datagram, or how it was refused.  HOW is how long it
# is, `connected`, `alias` (where whoever answers has another name), or `name`: a name asked for there.
put "$folder/app/asker.js" <<'END'
const dgram = require('node:dgram'), dns = require('node:dns');
require('node:http').createServer((asked, answer) => {
  const [, host, port, how] = decodeURI(asked.url).split('/'), since = Date.now();
  if (how === 'name') {
    const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`${host}:${port}`]);
    resolver.resolve4('api.example.com', (error, all) => answer.end(error ? error.code : all.join(' ')));
    return;
  }
  if (how === 'lookup') {
    dns.lookup(host, { family: 4 }, (error, address) => answer.end(error ? error.code : address));
    return;
  }
  const length = Number(how) || 2;
  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let late, ended = false;
  const end = (said) => {
    if (ended) return;
    ended = true;
    clearTimeout(late);
    socket.close();
    answer.end(said);
  };
  late = setTimeout(() => end('silence'), 1500);
  const refused = ({ code }) => end(Date.now() - since < 500 ? code : `late ${code}`);
  const sent = (error) => { if (error) refused(error); };
  socket.on('error', refused);
  socket.on('message', (heard, from) => {
    const text = `${heard}`;
    const whole = length > 2 ? `${text.length - text.indexOf('x')} of ${length}` : text.split(' ')[0];
    end(from.address === host || how === 'alias' ? whole : `from ${from.address}: ${whole}`);
  });
  if (how === 'connected') {
    socket.connect(Number(port), host, (error) => (error ? refused(error) : socket.send(Buffer.alloc(length, 'x'), sent)));
  }
  else socket.send(Buffer.alloc(length, 'x'), Number(port), host, sent);
}).listen(3000);
END
cp "$folder/server.js" "$folder/app/echo.js"
chmod 644 "$folder/app/echo.js"
# A name server that knows one name.
put "$folder/app/dns.js" <<'END'
const server = require('node:dgram').createSocket('udp4');
server.on('message', (asked, from) => {
  let at = 12;
  while (asked[at]) at += 1 + asked[at];
  const four = asked.readUInt16BE(at + 1) === 1, header = Buffer.alloc(12);
  const answer = four ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 77, 0, 5]) : Buffer.alloc(0);
  header.writeUInt16BE(asked.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(four ? 1 : 0, 6);
  server.send(Buffer.concat([header, asked.subarray(12, at + 5), answer]), from.port, from.address);
});
server.bind(53, process.argv[2] || '0.0.0.0');
END
nsenter -t "$neighbour" -n node "$folder/app/dns.js" 10.77.0.5 &
servers+=($!)

policy_with() { # GATEWAY [LINE]
  put "$policy" <<END
bulkhead: 1
stack: $stack
gateway: $1
resolver: {upstream: [10.77.0.5]}
addresses: {ipv4: 198.18.81.0/24, ipv6: "fd00:81::/64"}
services:
  asker:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18311}
    connects:
      - {to: "10.77.0.2:8080/udp", why: figures}
      - {to: "10.77.0.2/31:9300-9301/udp", why: a cluster}
      - {to: "10.77.0.0/24:8090/udp", why: the whole network}
      - {to: "0.0.0.0/0:123/udp", why: the time}
      - {to: "10.77.0.4:8080/udp", why: three an hour, new-connections: 3/h}
      - {to: "10.77.0.5:8080/udp", why: two at a time, connections: 2, bandwidth: 100mbit}
      - {to: "10.77.0.5:9300/udp", why: so much a day, bytes: 100KB/d}
      - {to: "[fd77::2]:8080/udp", why: figures by IPv6}
      - {to: "host:9125/udp", why: a daemon of this machine, at: 127.0.0.1:8125}
      - {to: "host:9126/udp", why: another that has IPv6}
      - {to: "api.example.com:9301/udp", why: by its name}
      - {to: "10.77.0.3:8081", why: by TCP}
      - echo:5355/udp
      - spare:3000
      ${2-}
  other:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18312}
    connects:
      - {to: "10.77.0.3:8080/udp", why: other figures}
      - {to: "169.254.169.254:123/udp", why: a cloud's time}
  spare:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
  echo:
    role: node
    command: [node, echo.js, 0.0.0.0@5353, "::@5353", 0.0.0.0@5354, 0.0.0.0@5355, "::@5355"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [5353/udp, 5354/udp, 5355/udp]
    publishes:
      5353/udp: ["0.0.0.0:15353", "[::]:15353"]
      5354/udp: {at: "10.77.0.1:15354", from: [10.77.0.2, 127.0.0.0/8], connections-per-source: 3}
  names:
    role: node
    command: [node, dns.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [53/udp]
    publishes: {53/udp: 10.77.0.1}
END
}
matches() { # NAME SAID PATTERN
  # shellcheck disable=SC2254 # it is a pattern
  case $2 in
    $3) ok "$1" ;;
    *) not_ok "$1" "said '$2'" ;;
  esac
}
asks() { # NAME DOOR ADDRESS PORT HOW ANSWER
  matches "$1" "$(curl -sS -g -m 5 "http://127.0.0.1:$2/$3/$4/$5" 2>&1)" "$6"
}
refusal='@(ECONNREFUSED|ECONNRESET|EPERM|EHOSTUNREACH|EACCES)'
shopt -s extglob
refuses() { asks "$1" "$2" "$3" "$4" "${5-}" "$refusal"; }
hears() { # NAME ANSWER COMMAND...: the answer to who asks by COMMAND
  local name=$1 wanted=$2
  shift 2
  matches "$name" "$("$@" 2>&1)" "$wanted"
}
ask() { node "$folder/ask.js" "$@"; }

# What each layer holds alone: without the service's cgroup its table, without that the router's, without
# that the outlet, and its cgroup.
# shellcheck disable=SC2317 # called below
layers() {
  local asker router outlet root cgroup
  asker=$(pid_of services/asker) outlet=$(pid_of outlet) router=$(pid_of gateway)
  inside() { nsenter -t "$asker" -n node "$folder/ask.js" "$@"; }
  held() { sh -c 'echo $$ >"$0"/cgroup.procs && exec "$@"' "$cgroup" node "$folder/ask.js" "$@"; }
  unanswered() { # NAME COMMAND...
    if "${@:2}" >"$output" 2>&1; then not_ok "$1" "$(cat "$output")"; else ok "$1"; fi
  }
  refused() { hears "$1" "$refusal" "${@:2}"; } # NAME COMMAND...
  expect 0 'who is in its network, and not in its cgroup, asks what it declares' inside 10.77.0.2 8080
  refused 'its table refuses the rest' inside 10.77.0.3 8080 '{"connected": true}'
  refused 'and what is special' inside 169.254.169.254 123 '{"connected": true}'
  nsenter -t "$asker" -n nft delete table inet bulkhead
  expect 0 'without its table all the same' inside 10.77.0.2 8080
  # Of its errors a socket for datagrams may not be told.
  unanswered 'the router passes nothing else on' inside 10.77.0.3 8080 '{"connected": true}'
  unanswered 'nor what is special for it' inside 169.254.169.254 123 '{"connected": true}'
  nsenter -t "$router" -n nft insert rule inet bulkhead input accept
  expect 0 'without the rules of the router all the same' inside 10.77.0.2 8080
  expect 28 'the outlet passes nothing else on' inside 10.77.0.3 8080
  expect 28 'nor what is special for it' inside 169.254.169.254 123
  expect 28 'nor what is for this machine' inside 10.77.0.1 8090
  root=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
  cgroup=$root$(awk -F: '$2 == "" { print $3 }' "/proc/$outlet/cgroup")
  expect 0 'its cgroup lets it connect to what somebody declares' held 10.77.0.2 8080 '{"connected": true}'
  expect 7 'and to nothing else' held 10.77.0.2 9125 '{"connected": true}'
  expect 7 'nor by IPv6' held fd77::3 8080 '{"connected": true}'
  expect 0 'to a declared port of the loopback' held 127.0.0.1 9125 '{"connected": true}'
  expect 7 'and to no other one' held 127.0.0.1 9127 '{"connected": true}'
  expect 7 'nor send anywhere without that' held 10.77.0.2 8080
  cgroup=$root$(awk -F: '$2 == "" { print $3 }' "/proc/$router/cgroup")
  expect 7 'the cgroup of the gateway lets it send to nobody who has not asked' held 10.77.0.2 8080
  expect 7 'nor to this machine' held 127.0.0.1 9127
  expect 7 'nor connect' held 10.77.0.2 8080 '{"connected": true}'
}

policy_with relay
sed 's|why: by its name}|why: by its name, tls: true}|' "$policy" >"$folder/wrong.yaml"
expect 2 'no name is read from datagrams' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'tls' reads the first message of a connection" 'and it says so'
sed 's|host:9126/udp|host:15353/udp|' "$policy" >"$folder/wrong.yaml"
expect 2 'no door of the stack is the host' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says 'connect to the service: echo:5353/udp' 'and it says whom to ask'
expect 0 'explain' bulkhead explain asker
says '10.77.0.2/31:9300-9301/udp' 'names what is outside'
says 'host:9125/udp' 'and this machine'
expect 0 'explain' bulkhead explain echo
says '5353/udp at 0.0.0.0 port 15353' 'names its doors'

knob ipv4/ip_forward 1
knob ipv6/conf/all/forwarding 1
for gateway in relay nat; do
  policy_with $gateway
  expect 0 "up ($gateway)" bulkhead up
  expect 0 "status is as planned ($gateway)" bulkhead status
  says 'send datagrams to those alone who have asked' "and says whom the gateway answers ($gateway)"
  asks "an address and port ($gateway)" 18311 10.77.0.2 8080 '' 10.77.0.2
  asks "by a connected socket ($gateway)" 18311 10.77.0.2 8080 connected 10.77.0.2
  asks "a range of ports ($gateway)" 18311 10.77.0.3 9301 '' 10.77.0.3
  asks "a range of addresses ($gateway)" 18311 10.77.0.4 8090 '' 10.77.0.4
  asks "the world ($gateway)" 18311 203.0.113.9 123 '' 203.0.113.9
  asks "by IPv6 ($gateway)" 18311 fd77::2 8080 '' fd77::2
  asks "by IPv6 and a connected socket ($gateway)" 18311 fd77::2 8080 connected fd77::2
  asks "a large one ($gateway)" 18311 10.77.0.2 8080 60000 '60000 of 60000'
  asks "a large one by IPv6 ($gateway)" 18311 fd77::2 8080 60000 '60000 of 60000'
  asks "almost the largest ($gateway)" 18311 10.77.0.2 9300 65400 '65400 of 65400'
  for count in 1 2 3; do asks "$count of three ($gateway)" 18311 10.77.0.4 8080 '' 10.77.0.4; done
  refuses "and not more ($gateway)" 18311 10.77.0.4 8080 connected
  for count in 1 2; do asks "$count of two at a time ($gateway)" 18311 10.77.0.5 8080 '' 10.77.0.5; done
  refuses "and not three ($gateway)" 18311 10.77.0.5 8080 connected
  asks "as much as a line may carry ($gateway)" 18311 10.77.0.5 9300 40000 '40000 of 40000'
  asks "and not more ($gateway)" 18311 10.77.0.5 9300 40000 "@(silence|$refusal)"
  refuses "another address ($gateway)" 18311 10.77.0.3 8080
  refuses "another port ($gateway)" 18311 10.77.0.2 8081
  refuses "a port that is declared for TCP ($gateway)" 18311 10.77.0.3 8081
  refuses "beside the range of addresses ($gateway)" 18311 10.77.0.4 9300
  refuses "beside the range of ports ($gateway)" 18311 10.77.0.2 9302
  refuses "another address by IPv6 ($gateway)" 18311 fd77::3 8080
  asks "this machine, though in the range, is silent ($gateway)" 18311 10.77.0.1 8090 '' silence
  refuses "what is special, though in the range ($gateway)" 18311 169.254.169.254 123
  asks "what is special, by name ($gateway)" 18312 169.254.169.254 123 '' 169.254.169.254
  asks "another service has lines of its own ($gateway)" 18312 10.77.0.3 8080 '' 10.77.0.3
  refuses "and not those of the first ($gateway)" 18312 10.77.0.2 8080
  asks "this machine ($gateway)" 18311 198.18.81.1 9125 '' 127.0.0.1
  asks "this machine, which has it by IPv6 ($gateway)" 18311 198.18.81.1 9126 '' ::1
  asks "and is asked by IPv6 ($gateway)" 18311 fd00:81::1 9125 '' 127.0.0.1
  asks "at the place of an old configuration ($gateway)" 18311 127.0.0.1 8125 '' 127.0.0.1
  refuses "another port of this machine ($gateway)" 18311 198.18.81.1 9127
  refuses "and none for others ($gateway)" 18312 198.18.81.1 9125
  # Its cgroup knows no names, and lets it send to any address at the port of one.
  refuses "a name's address before it was asked for ($gateway)" 18311 10.77.0.5 9301 connected
  asks "the name ($gateway)" 18311 api.example.com 0 lookup 10.77.0.5
  asks "then it is answered ($gateway)" 18311 10.77.0.5 9301 connected 10.77.0.5
  refuses "at that port alone ($gateway)" 18311 10.77.0.5 8080

  # Inwards: who asks is known by his own address, and answered by the one that he asked.
  hears "a client from outside keeps its address and port ($gateway)" '0.0.0.0 10.77.0.3 40123' \
    by node "$folder/ask.js" 10.77.0.1 15353 '{"own": "10.77.0.3", "ownPort": 40123}'
  hears "by IPv6 as well ($gateway)" ':: fd77::3 40124' \
    by node "$folder/ask.js" fd77::1 15353 '{"own": "fd77::3", "ownPort": 40124}'
  hears "this machine's loopback ($gateway)" '0.0.0.0 198.18.81.1' ask 127.0.0.1 15353
  hears "and that of IPv6 ($gateway)" ':: fd00:81::1' ask ::1 15353
  hears "another address of this machine ($gateway)" '0.0.0.0 10.77.0.1' ask 10.77.0.1 15353
  hears "again and again ($gateway)" '0.0.0.0 10.77.0.2' \
    by node "$folder/ask.js" 10.77.0.1 15353 '{"own": "10.77.0.2", "times": 5}'
  hears "many at once ($gateway)" '0.0.0.0 10.77.0.2' \
    by node "$folder/ask.js" 10.77.0.1 15353 '{"own": "10.77.0.2", "count": 200}'
  # Where the kernel passes it on, it first has to say that the answer does not fit the link.
  [ $gateway = relay ] || by node "$folder/ask.js" 10.77.0.1 15353 '{"length": 60000}' >/dev/null
  hears "a large one ($gateway)" '60000 of 60000' by node "$folder/ask.js" 10.77.0.1 15353 '{"length": 60000}'
  hears "who may come by a door ($gateway)" '0.0.0.0 10.77.0.2' \
    by node "$folder/ask.js" 10.77.0.1 15354 '{"own": "10.77.0.2", "count": 2}'
  expect 28 "and who may not ($gateway)" by node "$folder/ask.js" 10.77.0.1 15354 '{"own": "10.77.0.3"}'
  expect 28 "nor more than three at a time ($gateway)" \
    by node "$folder/ask.js" 10.77.0.1 15354 '{"own": "10.77.0.2", "count": 4}'
  expect 28 "a port that is not published ($gateway)" by node "$folder/ask.js" 10.77.0.1 5355
  asks "but for its peer ($gateway)" 18311 echo 5355 alias 0.0.0.0
  if command -v dig >/dev/null; then
    hears "a name server that is published ($gateway)" 10.77.0.5 \
      by dig +short +tries=1 +time=2 @10.77.0.1 api.example.com
  else
    skip "a name server that is published ($gateway)" 'needs dig'
  fi

  expect 0 "net ($gateway)" bulkhead net
  says '5353/udp' "shows the doors ($gateway)"
  says '9300-9301/udp' "and the lines that lead out ($gateway)"
  shows "with what went by them ($gateway)" \
    "leads('10.77.0.2/31', '9300-9301/udp').connections > 0 && leads('10.77.0.2/31', '9300-9301/udp').received > 0"

  if [ $gateway = relay ]; then
    outlet=$(pid_of outlet)
    kill -9 "$outlet"
    settled() { [ "$(pid_of outlet)" != "$outlet" ] && bulkhead status; }
    within 20 'an outlet that was killed is back' settled
    asks 'and passes datagrams on' 18311 10.77.0.2 8080 '' 10.77.0.2
    killed=$(pid_of gateway)
    kill -9 "$killed"
    back() { [ "$(pid_of gateway)" != "$killed" ] && by node "$folder/ask.js" 10.77.0.1 15353; }
    within 20 'so is the gateway' back
    policy_with relay '- {to: "10.77.0.3:8080/udp", why: more figures}'
    expect 0 'a line more while it runs' bulkhead reload
    asks 'is asked' 18311 10.77.0.3 8080 '' 10.77.0.3
    asks 'and so is what was there' 18311 10.77.0.2 8080 '' 10.77.0.2
    policy_with relay
    expect 0 'a line less' bulkhead reload
    refuses 'is refused' 18311 10.77.0.3 8080
    expect 0 'status is as planned' bulkhead status
    # What held a gateway of datagrams knows the doors that come after them.
    sed -i '/^    publishes:$/,+2d; /^    publishes: {53/d; /^  echo:/i\    publishes: {3000: 127.0.0.1:18314}' "$policy"
    expect 0 'doors of datagrams go, and one of TCP comes' bulkhead reload
    within 10 'which leads in' curl -s -m 2 http://127.0.0.1:18314/localhost/0/lookup
    policy_with relay
    expect 0 'all as it was' bulkhead reload
    hears 'datagrams are led in again' '0.0.0.0 10.77.0.3' \
      by node "$folder/ask.js" 10.77.0.1 15353 '{"own": "10.77.0.3"}'
    layers
  else
    # Stopped, it relays nothing: what is answered was translated.
    kill -STOP "$(pid_of gateway)"
    hears 'the kernel leads in who comes from outside' '0.0.0.0 10.77.0.3' \
      by node "$folder/ask.js" 10.77.0.1 15353 '{"own": "10.77.0.3"}'
    kill -CONT "$(pid_of gateway)"
  fi
  expect 0 "down ($gateway)" bulkhead down
done
