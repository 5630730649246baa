#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Edges to addresses outside the stack, by either gateway: what a line names is reached, what is beside it,
# special or this machine's own is refused at once, by each of the layers that hold it.  In a network
# namespace that plays the host, with a neighbour of several addresses beside it.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh

for program in node curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=outside policy=$folder/outside.yaml
servers=()
clean_up() {
  take_down $stack
  for process in $neighbour "${servers[@]}"; do kill "$process"; done
}
# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh
make_neighbour 2 3 4
# A cloud's metadata, and a host behind the neighbour.
by ip address add 169.254.169.254/32 dev lo
by ip address add 203.0.113.9/32 dev lo
by ip address add 100.100.100.200/32 dev lo
by ip address add 2001:db8::9/128 dev lo nodad
ip route add default via 10.77.0.2
ip -6 route add default via fd77::2

# Says which address was called, and by whom.
put "$folder/server.js" <<'END'
for (const port of process.argv.slice(2))
  require('node:http').createServer((request, response) =>
    response.end(request.socket.localAddress.replace('::ffff:', ''))).listen(Number(port));
END
nsenter -t "$neighbour" -n node "$folder/server.js" 80 8080 8081 8090 9300 9301 9302 &
servers+=($!)
node "$folder/server.js" 8080 8090 9300 &
servers+=($!)
within 20 'the neighbour serves' curl -s -m 1 http://10.77.0.2:8080
within 20 'and so does this machine' curl -s -m 1 http://10.77.0.1:8080
expect 0 'at a port that a range has' curl -s -m 1 http://10.77.0.1:8090

# asker: /ADDRESS/PORT is what is heard there, or how and how soon it was refused.
put "$folder/app/asker.js" <<'END'
require('node:http').createServer((asked, answer) => {
  const [, host, port] = decodeURI(asked.url).split('/'), since = Date.now();
  const request = require('node:http').get({ host, port, agent: false }, (heard) => {
    let said = '';
    heard.on('data', (part) => { said += part; });
    heard.on('end', () => answer.end(said));
  });
  request.on('error', ({ code }) => answer.end(Date.now() - since < 500 ? `${code}` : `late ${code}`));
  request.setTimeout(3000, () => request.destroy());
}).listen(3000);
END
policy_with() { # GATEWAY
  put "$policy" <<END
bulkhead: 1
stack: $stack
gateway: $1
addresses: {ipv4: 198.18.79.0/24, ipv6: "fd00:79::/64"}
services:
  asker:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: ["127.0.0.1:18301", "0.0.0.0:18303"]}
    connects:
      - {to: "10.77.0.2:8080", why: a partner}
      - {to: "10.77.0.2/31:9300-9301", why: a cluster}
      - {to: "10.77.0.0/24:8090", why: the whole network}
      - {to: "0.0.0.0/0:80", why: the world}
      - {to: "10.77.0.4:8081", why: three an hour, new-connections: 3/h, bandwidth: 100mbit}
      - {to: "10.77.0.2:40000-40001", why: ports that a client may have as well}
      - {to: "[fd77::2]:8080", why: the partner by IPv6}
      - {to: "[2000::/3]:8081", why: the world by IPv6}
  other:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18302}
    connects:
      - {to: "10.77.0.3:8080", why: another partner}
      - {to: "169.254.169.254:80", why: it asks the cloud who it is}
      - {to: "host:9300", why: a daemon of this machine}
END
}
asks() { # NAME DOOR ADDRESS PORT ANSWER
  local said
  said=$(curl -sS -g -m 5 "http://127.0.0.1:$2/$3/$4" 2>&1)
  # shellcheck disable=SC2254 # it is a pattern
  case $said in
    $5) ok "$1" ;;
    *) not_ok "$1" "said '$said'" ;;
  esac
}
refusal='@(ECONNREFUSED|ECONNRESET|EPERM|EHOSTUNREACH|EACCES)'
shopt -s extglob
refuses() { asks "$1" "$2" "$3" "$4" "$refusal"; }

# What each layer holds alone: without the service's cgroup its table, without that the router's, without
# that the outlet, and its cgroup.
# shellcheck disable=SC2317 # called below
refused() { # NAME COMMAND...
  local name=$1 status=0
  shift
  "$@" >"$output" 2>&1 || status=$?
  case $status in
    7 | 52 | 55 | 56) ok "$name" ;;
    *) not_ok "$name" "status $status: $(cat "$output")" ;;
  esac
}
layers() {
  local asker router outlet cgroup
  asker=$(pid_of services/asker) outlet=$(pid_of outlet)
  router=$(pid_of gateway)
  inside() { nsenter -t "$asker" -n "$@"; }
  expect 0 'who is in its network, and not in its cgroup, reaches what it declares' \
    inside curl -sS -m 3 http://10.77.0.2:8080
  refused 'its table refuses the rest' inside curl -sS -m 3 http://10.77.0.3:8080
  refused 'and what is special' inside curl -sS -m 3 http://169.254.169.254
  inside nft delete table inet bulkhead
  expect 0 'without its table all the same' inside curl -sS -m 3 http://10.77.0.2:8080
  refused 'the router refuses the rest' inside curl -sS -m 3 http://10.77.0.3:8080
  refused 'and what is special for it' inside curl -sS -m 3 http://169.254.169.254
  nsenter -t "$router" -n nft insert rule inet bulkhead input accept
  expect 0 'without the rules of the router all the same' inside curl -sS -m 3 http://10.77.0.2:8080
  refused 'the outlet refuses the rest' inside curl -sS -m 3 http://10.77.0.3:8080
  refused 'and what is special for it' inside curl -sS -m 3 http://169.254.169.254
  refused 'and this machine' inside curl -sS -m 3 http://10.77.0.1:8090
  cgroup=$(awk -F: '$2 == "" { print $3 }' "/proc/$outlet/cgroup")
  cgroup=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)$cgroup
  held() { sh -c 'echo $$ >"$0"/cgroup.procs && exec "$@"' "$cgroup" "$@"; }
  expect 0 'its cgroup lets it connect to what somebody declares' held curl -sS -m 3 http://10.77.0.2:8080
  expect 7 'and to nothing else' held curl -sS -m 3 http://10.77.0.2:8081
  expect 7 'nor by IPv6' held curl -sS -m 3 'http://[fd77::2]:8081'
  expect 0 'what is special is there' curl -sS -m 3 http://100.100.100.200
  expect 7 'and in no range, for it' held curl -sS -m 3 http://100.100.100.200
}

policy_with relay
for wrong in '224.0.0.0/4:80=multicast' '127.0.0.0/8:80=the loopback' '198.18.79.0/25:80=overlaps' '"[::ffff:10.0.0.1]:80"=clothes'; do
  sed "s|to: \"10.77.0.2:8080\"|to: \"$(echo "${wrong%=*}" | tr -d '"')\"|" "$policy" >"$folder/wrong.yaml"
  expect 2 "nobody is at ${wrong%=*}" "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
  says "${wrong#*=}" 'and it says so'
done
sed 's|why: a partner}|at: "127.0.0.1:80", why: a partner}|' "$policy" >"$folder/wrong.yaml"
expect 2 'no address of the own loopback stands for one' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'at' stands for a service or a port of this machine" 'and it says so'
sed 's|:8090", why: the whole network}|:8080", why: a budget, connections: 3}|' "$policy" >"$folder/wrong.yaml"
expect 2 'two lines meet in an address, and one counts' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'10.77.0.0/24' and '10.77.0.2' meet in a port" 'and it says so'
expect 0 'explain' bulkhead explain asker
says '10.77.0.2/31:9300-9301' 'names what is outside'

knob ipv4/ip_forward 1
knob ipv6/conf/all/forwarding 1
for gateway in relay nat; do
  policy_with $gateway
  expect 0 "up ($gateway)" bulkhead up
  expect 0 "status is as planned ($gateway)" bulkhead status
  asks "an address and port ($gateway)" 18301 10.77.0.2 8080 10.77.0.2
  asks "a range of ports ($gateway)" 18301 10.77.0.3 9301 10.77.0.3
  asks "a range of addresses ($gateway)" 18301 10.77.0.4 8090 10.77.0.4
  asks "the world ($gateway)" 18301 203.0.113.9 80 203.0.113.9
  asks "by IPv6 ($gateway)" 18301 fd77::2 8080 fd77::2
  asks "the world by IPv6 ($gateway)" 18301 2001:db8::9 8081 2001:db8::9
  asks "an address of IPv4 in IPv6's clothes ($gateway)" 18301 ::ffff:10.77.0.2 8080 10.77.0.2
  for count in 1 2 3; do asks "$count of three ($gateway)" 18301 10.77.0.4 8081 10.77.0.4; done
  refuses "and not more ($gateway)" 18301 10.77.0.4 8081
  refuses "another address ($gateway)" 18301 10.77.0.3 8080
  refuses "another port ($gateway)" 18301 10.77.0.2 8081
  refuses "beside the range of addresses ($gateway)" 18301 10.77.0.4 9300
  refuses "beside the range of ports ($gateway)" 18301 10.77.0.2 9302
  refuses "another address by IPv6 ($gateway)" 18301 fd77::3 8080
  refuses "what the world by IPv6 is not ($gateway)" 18301 fd77::2 8081
  refuses "this machine, though in the range ($gateway)" 18301 10.77.0.1 8090
  refuses "the metadata of a cloud, though in the range ($gateway)" 18301 169.254.169.254 80
  asks "the metadata, by name ($gateway)" 18302 169.254.169.254 80 169.254.169.254
  asks "another service has lines of its own ($gateway)" 18302 10.77.0.3 8080 10.77.0.3
  refuses "and not those of the first ($gateway)" 18302 10.77.0.2 8080
  asks "host, at a port that others have outside ($gateway)" 18302 198.18.79.1 9300 127.0.0.1
  refuses "which is not theirs ($gateway)" 18301 198.18.79.1 9300
  # Each is counted once for each `asks` above: also the one that the outlet refused, which began.
  shows "what leads outside is counted by its line ($gateway)" \
    'leads("10.77.0.2", "8080").connections === 2 && leads("10.77.0.2/31", "9300-9301").connections === 1'
  and_shows "with the bytes of both ways, in whole packets ($gateway)" \
    'within(leads("10.77.0.2", "8080").sent, 600, 3000) && within(leads("10.77.0.2", "8080").received, 600, 3000)'
  and_shows "ranges of addresses as well ($gateway)" \
    'leads("10.77.0.0/24", "8090").connections === 2 && leads("0.0.0.0/0", "80").connections === 1'
  and_shows "and of IPv6 ($gateway)" \
    'leads("fd77::2", "8080").connections === 1 && leads("2000::/3", "8081").connections === 1 && leads("fd77::2", "8080").received > 200'
  and_shows "and what is over a budget ($gateway)" \
    'leads("10.77.0.4", "8081").connections === 3 && leads("10.77.0.4", "8081").over > 0'
  and_shows "what nobody used has nothing ($gateway)" \
    'leads("10.77.0.2", "40000-40001").counted && leads("10.77.0.2", "40000-40001").connections === 0 && leads("10.77.0.2", "40000-40001").sent === 0'
  and_shows "and this machine, by its port ($gateway)" 'leads("host", "9300").connections === 1 && leads("host", "9300").sent > 0'
  and_shows "a port of a declared address is told with its line ($gateway)" \
    "denial({from: 'asker', address: '10.77.0.4', port: '9300', reason: 'port not declared'}).where.includes(':$(line_of 10.77.0.4:8081):')"
  and_shows "and what would allow it ($gateway)" \
    "lines(denial({from: 'asker', address: '10.77.0.4', port: '9300'})) === 'asker connects {to: \"10.77.0.4:9300\", why: WHAT FOR}'"
  and_shows "what the outlet refused is told by it ($gateway)" \
    "denial({from: 'asker', address: '10.77.0.1', port: '8090', layer: 'outlet', count: 1, reason: 'an address of this machine'}).where.includes(':$(line_of 10.77.0.0/24):')"
  and_shows "what is special in a range is in no line ($gateway)" \
    'denial({from: "asker", address: "169.254.169.254", port: "80", reason: "not declared"})'
  expect 0 "as text ($gateway)" bulkhead net
  says '10.77.0.2/31' "it has them as edges ($gateway)"
  # A line more leaves what the others have counted.
  sed -i 's|^      - {to: "10.77.0.2:8080"|      - {to: "10.77.0.4:8080", why: one more}\n&|' "$policy"
  expect 0 "a reload with one line more ($gateway)" bulkhead reload
  asks "which leads there ($gateway)" 18301 10.77.0.4 8080 10.77.0.4
  shows "and counts, beside what was counted before ($gateway)" \
    'leads("10.77.0.4", "8080").connections === 1 && leads("10.77.0.2", "8080").connections === 2'
  expect 0 "status is as planned with that ($gateway)" bulkhead status
  [ $gateway = nat ] || layers
  # An answer to a client is his, whatever port he has: also one that leads outside.
  ports='40010 40000'
  [ $gateway = relay ] || ports='40011 40001'
  for port in $ports; do
    said=$(by curl -sS -m 3 --local-port "$port" http://10.77.0.1:18303/10.77.0.2/8080 2>&1)
    if [ "$said" = 10.77.0.2 ]; then ok "a client by port $port is answered ($gateway)"; else not_ok "a client by port $port is answered ($gateway)" "$said"; fi
  done
  expect 0 "down ($gateway)" bulkhead down
done
