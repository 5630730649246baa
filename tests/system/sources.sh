#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may come by a door (`from`), and how often at a time (`connections-per-source`), by either
# gateway.  In a network namespace that plays the host, with a neighbour of two addresses beside it.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh

for program in node curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=sources policy=$folder/sources.yaml
holder=''
clean_up() {
  take_down $stack
  for process in $neighbour $holder; do kill "$process"; done
}
get() { curl -sS --max-time 3 --no-keepalive "$@"; }
# Whoever is let in is told the address by which it was seen.
let_in() { # NAME ADDRESS COMMAND...
  local name=$1 wanted=$2 said
  shift 2
  said=$("$@" 2>&1)
  if [ "$said" = "$wanted" ]; then ok "$name"; else not_ok "$name" "$said"; fi
}
# At once, not by silence: 7 is curl's word for a refused connection, 55 and 56 for one that was
# reset before it had sent or received.
refused() { # NAME COMMAND...
  local name=$1 status=0
  shift
  "$@" >"$output" 2>&1 || status=$?
  case $status in
    7 | 55 | 56) ok "$name" ;;
    *) not_ok "$name" "status $status: $(cat "$output")" ;;
  esac
}

# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh
make_neighbour 2 3

put "$folder/app/web.js" <<'END'
require('node:http').createServer((request, response) =>
  response.end(request.socket.remoteAddress.replace('::ffff:', ''))).listen(3000);
END
# Connections from ADDRESS to PORT are made one after the other and kept; how many there are at last.
put "$folder/keep.js" <<'END'
const [localAddress, port, count] = process.argv.slice(2);
let open = 0, left = Number(count);
(function next() {
  if (!left--) return console.log(open);
  const socket = require('node:net').connect({ host: '10.77.0.1', port, localAddress });
  let heard = false;
  socket.on('error', () => {});
  socket.on('close', () => { if (!heard) { heard = true; next(); } });
  socket.on('data', () => { if (!heard) { heard = true; open++; next(); } });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
})();
setTimeout(process.exit, 120000);
END
policy_with() { # GATEWAY
  put "$policy" <<END
bulkhead: 1
stack: $stack
gateway: $1
addresses: {ipv4: 198.18.78.0/24}
services:
  web:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes:
      3000: {at: ["0.0.0.0:8001", "[::]:8002"], from: [10.77.0.2, "fd77::2/127", 10.77.0.2/31]}
  counted:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes:
      3000: {at: ["0.0.0.0:8003", "10.77.0.1:8004"], connections-per-source: 3}
END
}

policy_with relay
sed 's/10.77.0.2\/31/10.77.0.1\/24/' "$policy" >"$folder/wrong.yaml"
expect 2 'bits past the prefix are a mistake' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'10.77.0.1/24' is not a range of addresses" 'and it says so'
sed 's/, "fd77::2\/127"//' "$policy" >"$folder/wrong.yaml"
expect 2 'so is an address by which nobody may come' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "by '::' nobody may come: 'from' has no range of IPv6" 'and it says so'
sed 's/"fd77::2\/127"/"::ffff:10.77.0.2"/' "$policy" >"$folder/wrong.yaml"
expect 2 'or an address of IPv4 in the clothes of IPv6' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "nobody comes from '::ffff:10.77.0.2'" 'and it says so'
sed 's/from: .*}/from: []}/' "$policy" >"$folder/wrong.yaml"
expect 2 'or an empty list' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "leave it out for everybody" 'and it says what to write'
expect 0 'explain' bulkhead explain web
says '10.77.0.2/31 to 3000 by 0.0.0.0' 'names who is let in'

knob ipv4/ip_forward 1
knob ipv6/conf/all/forwarding 1
for gateway in relay nat; do
  policy_with $gateway
  expect 0 "up ($gateway)" bulkhead up
  expect 0 "status is as planned ($gateway)" bulkhead status
  let_in "who is in a range comes in ($gateway)" 10.77.0.2 by curl -sS --interface 10.77.0.2 http://10.77.0.1:8001
  let_in "and by the other range ($gateway)" 10.77.0.3 by curl -sS --interface 10.77.0.3 http://10.77.0.1:8001
  let_in "and by IPv6 ($gateway)" fd77::3 by curl -sS --interface fd77::3 'http://[fd77::1]:8002'
  refused "this machine is in none ($gateway)" get http://10.77.0.1:8001
  refused "nor is its loopback ($gateway)" get http://127.0.0.1:8001
  refused "nor by IPv6 ($gateway)" get 'http://[::1]:8002'
  by ip address add 10.77.0.4/24 dev wire
  by ip address add fd77::4/64 dev wire nodad
  refused "nor another address of the neighbour ($gateway)" by curl -sS --max-time 3 --interface 10.77.0.4 http://10.77.0.1:8001
  refused "nor one of IPv6 ($gateway)" by curl -sS --max-time 3 --interface fd77::4 'http://[fd77::1]:8002'
  by ip address del 10.77.0.4/24 dev wire
  by ip address del fd77::4/64 dev wire
  shows "who was turned away is known ($gateway)" \
    "denial({from: 'outside', to: 'web', address: '10.77.0.4', port: '3000', layer: 'gateway', count: 1, reason: 'not in \`from\`'}).where.includes(':$(line_of fd77::2/127):')"
  and_shows "and what would let him in ($gateway)" "lines(denial({address: '10.77.0.4'})) === 'web from 10.77.0.4'"
  and_shows "by IPv6 as well ($gateway)" "denial({address: 'fd77::4', layer: 'gateway'}).count === 1"

  # The service's own table holds the ranges as well: where the gateway would let somebody in.
  router=$(pid_of gateway pid)
  beyond() { nsenter -t "$router" -n "$@"; }
  for last in 3 4; do beyond ip address add 10.77.0.$last/32 dev lo; done
  let_in "its own table lets the range in ($gateway)" 10.77.0.3 beyond curl -sS --max-time 3 --interface 10.77.0.3 http://198.18.78.2:3000
  refused "and nobody else ($gateway)" beyond curl -sS --max-time 3 --interface 10.77.0.4 http://198.18.78.2:3000
  for last in 3 4; do beyond ip address del 10.77.0.$last/32 dev lo; done

  # Where NAT could lead in, the gateway counts.
  rm -f "$folder/kept"
  nsenter -t "$neighbour" -n node "$folder/keep.js" 10.77.0.2 8003 5 >"$folder/kept" &
  holder=$!
  within 20 "connections ($gateway)" test -s "$folder/kept"
  said=$(cat "$folder/kept")
  if [ "$said" = 3 ]; then ok "one client has three at a time ($gateway)"; else not_ok "one client has three at a time ($gateway)" "$said"; fi
  refused "and not more by another address of the port ($gateway)" by curl -sS --max-time 3 --interface 10.77.0.2 http://10.77.0.1:8004
  shows "who has too many at a time is known ($gateway)" \
    "denial({from: 'outside', to: 'counted', address: '10.77.0.2', layer: 'gateway', reason: 'over connections-per-source'}).where.includes(':$(line_of connections-per-source):')"
  and_shows "and which key to raise ($gateway)" "lines(denial({to: 'counted'})) === 'counted connections-per-source '"
  and_shows "and the door has it ($gateway)" "edge('3000', 'counted').over === denial({to: 'counted'}).count"
  let_in "another client is let in ($gateway)" 10.77.0.3 by curl -sS --max-time 3 --interface 10.77.0.3 http://10.77.0.1:8003
  kill "$holder"
  wait "$holder" 2>/dev/null
  holder=''
  within 5 "who has ended them comes in again ($gateway)" by curl -sS --max-time 3 --interface 10.77.0.2 http://10.77.0.1:8004
  expect 0 "down ($gateway)" bulkhead down
done
