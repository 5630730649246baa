#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `gateway: nat`: what is published is translated by the kernel, beside a gateway that relays what
# it does not translate.  In a network namespace that plays the host, with a neighbour beside it.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh

for program in node curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=natural policy=$folder/nat.yaml
clean_up() {
  take_down $stack
  [ -z "$neighbour" ] || kill "$neighbour"
}
get() { curl -sS --max-time 3 --no-keepalive "$1"; }
answers() { # NAME URL SAID [COMMAND...]: it says that, for who asks by COMMAND
  local name=$1 url=$2 wanted=$3 said
  shift 3
  said=$("$@" curl -sS --max-time 3 --no-keepalive "$url" 2>&1)
  # shellcheck disable=SC2053 # a pattern
  if [[ $said == $wanted ]]; then ok "$name"; else not_ok "$name" "$said"; fi
}
silent() { # NAME URL [COMMAND...]
  local name=$1 url=$2
  shift 2
  if "$@" curl -sS --max-time 1 --no-keepalive "$url" >"$output" 2>&1; then
    not_ok "$name" "$(cat "$output")"
  else
    ok "$name"
  fi
}

# From an address or an interface that the client has chosen: `curl` without its first word is curl.
bound() { shift && curl --interface 127.0.0.1 "$@"; }
said_by_curl() { shift && curl -v "$@"; }
held() { shift && curl --interface if\!lo "$@"; }

# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh
make_neighbour 2

put "$folder/app/web.js" <<'END'
const { hostname } = require('node:os');
require('node:http').createServer((request, response) =>
  response.end(request.url === '/large' ? `whole ${'x'.repeat(100000)}` :
    `${hostname()} ${request.socket.remoteAddress.replace('::ffff:', '')}`)).listen(3000);
END
put "$policy" <<END
bulkhead: 1
stack: $stack
gateway: nat
addresses: {ipv4: 198.18.77.0/24}
services:
  web:
    role: node
    command: [node, web.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    instances: 2
    listens: [3000]
    publishes: {3000: ["127.0.0.1:8001", "10.77.0.1:8002", "0.0.0.0:8003", "[::1]:8004", "[::]:8005"]}
END

knob ipv4/ip_forward 0
knob ipv6/conf/all/forwarding 0
expect 3 'who publishes to others needs a host that forwards' bulkhead up
says "'forwarding-ipv4'" 'and it says so'
says 'sysctl net.ipv4.ip_forward=1' 'and how to get it'
expect 0 'doctor' "$BULKHEAD" doctor
says 'ip_forward is 0' 'doctor says why'
knob ipv4/ip_forward 1
knob ipv6/conf/all/forwarding 1
nft -f - <<'END'
table ip filter {
  chain FORWARD { type filter hook forward priority filter; policy drop; iifname "docker0" accept; }
}
END
expect 3 'a firewall that drops it is in the way' bulkhead up
"$BULKHEAD" doctor >"$output"
says 'chain FORWARD of table ip filter drops it' 'doctor says which'
expect 1 'nothing was left behind' ip link show "bh-$stack"
nft insert rule ip filter FORWARD ct status dnat accept
nft -f - <<'END'
table inet last {
  chain forward { type filter hook forward priority 10; tcp dport 22 accept; counter reject; }
}
END
expect 3 'or one that refuses what its rules do not let through' bulkhead up
"$BULKHEAD" doctor >"$output"
says 'chain forward of table inet last drops it' 'doctor says which'
nft insert rule inet last forward ct status dnat accept
nft -f - <<'END'
table inet jumps {
  chain last { drop; }
  chain user { iifname "bh-*" accept; oifname "bh-*" accept; tcp dport 22 return; }
  chain forward { type filter hook forward priority 20; ct state invalid drop; jump user; goto last; }
}
END

ip link add "bh-$stack" type veth peer name other
expect 4 'an interface of that name is not taken' bulkhead up
says "has an interface 'bh-$stack' already" 'and it says so'
expect 0 'nor away' ip link del "bh-$stack"
ip route add 198.18.76.0/23 dev wire
expect 3 'nor are addresses that others have' bulkhead up
says 'route 198.18.76.0/23 dev wire' 'which it says, too'
ip route del 198.18.76.0/23

node -e 'require("net").createServer().listen(8001, "127.0.0.1"); setTimeout(process.exit, 60000)' &
other=$!
within 20 'another program' bash -c 'echo >/dev/tcp/127.0.0.1/8001'
expect 4 'a port that another program has is not taken from it' bulkhead up
says 'another program has this port' 'and it says so'
kill $other
wait $other 2>/dev/null

# A firewall as many hosts have one.
firewall() {
  nft -f - <<'END'
table inet firewall {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    meta l4proto { icmp, icmpv6 } accept
    iifname "wire" tcp dport 8001-8005 accept
  }
}
END
}
firewall
expect 0 'up' bulkhead up
expect 0 'status is as planned' bulkhead status
says "the host's table and link lead to it" 'and says that the door is there'
gateway=$(pid_of gateway pid)

# Stopped, it relays nothing: what is answered was translated.
kill -STOP "$gateway"
answers "the host's loopback is led in" http://127.0.0.1:8001/ 'web.? 198.18.77.254'
answers 'an address of the host, from the host' http://10.77.0.1:8002/ 'web.? 10.77.0.1'
answers 'a neighbour, who keeps its address' http://10.77.0.1:8002/ 'web.? 10.77.0.2' by
answers 'all addresses: the loopback' http://127.0.0.1:8003/ 'web.? 198.18.77.254'
answers 'all addresses: a neighbour' http://10.77.0.1:8003/ 'web.? 10.77.0.2' by
answers 'all addresses of IPv6: a neighbour' 'http://[fd77::1]:8005/' 'web.? fd77::2' by
answers 'all addresses of IPv6: from the host' 'http://[fd77::1]:8005/' 'web.? fd77::1'
answers 'a loopback address in the clothes of IPv6' 'http://[::ffff:127.0.0.1]:8001/' 'web.? 198.18.77.254'
answers 'another address of the loopback, where all are published' http://127.7.7.7:8003/ 'web.? 198.18.77.254'
said=$(for _ in $(seq 40); do get http://127.0.0.1:8001/; echo; done | sort | uniq -c | tr -s ' \n' ' ')
if [[ $said =~ ^\ ([0-9]+)\ web.1\ 198.18.77.254\ ([0-9]+)\ web.2\ 198.18.77.254\ $ ]] &&
  [ "${BASH_REMATCH[1]}" -gt 4 ] && [ "${BASH_REMATCH[2]}" -gt 4 ]; then
  ok 'both instances are asked'
else
  not_ok 'both instances are asked' "$said"
fi
said=$(for _ in 1 2 3 4; do by curl -sS http://10.77.0.1:8002/; echo; done | sort | uniq -c | tr -s ' \n' ' ')
if [ "$said" = ' 2 web.1 10.77.0.2 2 web.2 10.77.0.2 ' ]; then ok 'by neighbours in turns'; else not_ok 'by neighbours in turns' "$said"; fi
# The host has to say that it cannot pass on what the neighbour, by its own link, may be sent.
answers 'a large answer' http://10.77.0.1:8002/large 'whole x*' by
ip link set wire mtu 1280
answers 'whose packets the host cannot pass on is sent in smaller ones' http://10.77.0.1:8002/large 'whole x*' by
answers 'by IPv6 as well' 'http://[fd77::1]:8005/large' 'whole x*' by
ip link set wire mtu 1500
silent 'who has chosen an address to come from is the relay'\''s' http://127.0.0.1:8001/ bound
silent 'or an interface' http://127.0.0.1:8001/ held
silent '::1 is the relay'\''s' 'http://[::1]:8004/'
# Where the kernel has tcx, packets of a connection from the loopback pass the router by.
nsenter -t "$gateway" -n nft -f - <<'END'
table inet seen {
  chain came { type filter hook prerouting priority -400; iifname "h0" counter; }
}
END
put "$folder/often.js" <<'END'
const http = require('node:http'), agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let left = 50;
(function ask() {
  http.get(process.argv[2], { agent }, (answer) => answer.on('end', () => --left ? ask() : agent.destroy()).resume());
})();
END
came() { nsenter -t "$gateway" -n nft list chain inet seen came | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
node "$folder/often.js" http://127.0.0.1:8001/
passed=$(came)
case $(uname -r) in
  [1-5].* | 6.[0-5].*) skip 'a connection takes the short way' 'needs Linux 6.6' ;;
  *) if [ "$passed" -lt 5 ]; then ok 'a connection takes the short way'; else not_ok 'a connection takes the short way' "$passed packets"; fi ;;
esac
by node "$folder/often.js" http://10.77.0.1:8002/
if [ "$(came)" -gt $((passed + 50)) ]; then ok 'and a neighbour the long one'; else not_ok 'and a neighbour the long one'; fi
nsenter -t "$gateway" -n nft delete table inet seen
kill -CONT "$gateway"
answers '::1 is relayed' 'http://[::1]:8004/' 'web.? *'
answers 'so is who has chosen an address' http://127.0.0.1:8001/ 'web.? *' bound
answers 'or an interface' http://127.0.0.1:8001/ 'web.? *' held
answers 'also of all addresses' 'http://[::1]:8005/' 'web.? *'

# Doors are the only way.
by ip route add 198.18.77.0/24 via 10.77.0.1
silent 'a neighbour finds no service by its own address' http://198.18.77.2:3000/ by
shows 'and is known by his' \
  'denial({from: "outside", to: "web.1", address: "10.77.0.2", port: "3000", layer: "host table", reason: "not declared"}).count > 0'
expect 0 'which is no drift' bulkhead status
silent 'nor does a program of the host' http://198.18.77.2:3000/
answers 'which is told so at once' telnet://198.18.77.2:3000 '*Operation not permitted*' said_by_curl
nsenter -t "$neighbour" -n node -e 'require("http").createServer((_, answer) => answer.end("its own")).listen(8001, "127.0.0.1")' &
own=$!
within 20 'a program of the neighbour' by bash -c 'echo >/dev/tcp/127.0.0.1/8001'
answers 'the loopback of another network is its own' http://127.0.0.1:8001/ 'its own' by
kill $own
wait $own 2>/dev/null
silent 'a neighbour finds nothing at a door of the loopback' http://10.77.0.1:8001/ by
by ip route del local 127.0.0.1 dev lo table local
by ip route del local 127.0.0.0/8 dev lo table local
by ip route add 127.0.0.1 via 10.77.0.1 src 10.77.0.2
by sh -c 'echo 1 >/proc/sys/net/ipv4/conf/wire/route_localnet'
by ip address add 198.18.77.254/32 dev wire
web=$(pid_of services/web.1 process) other_web=$(pid_of services/web.2 process)
for process in $web $other_web; do
  nsenter -t "$process" -n nft -f - <<'END'
table inet seen {
  chain came { type filter hook prerouting priority -400; ip saddr 198.18.77.254 tcp flags & (syn | ack) == syn counter; }
}
END
done
nft -f - <<'END'
table inet seen {
  chain loopback { type filter hook prerouting priority -400; iifname "wire" ip daddr 127.0.0.1 counter; }
  chain stack { type filter hook prerouting priority -399; iifname "wire" ip saddr 198.18.77.254 counter; }
}
END
silent 'not even if it sends to a loopback address' http://127.0.0.1:8001/ by
silent 'also where all addresses are published' http://127.0.0.1:8003/ by
by curl -s --interface 198.18.77.254 --max-time 1 http://10.77.0.1:8003/
for process in $web $other_web; do
  if nsenter -t "$process" -n nft list chain inet seen came | grep 'packets 0 ' >/dev/null; then
    ok 'nor does what it sends with an address of the stack get there'
  else
    not_ok 'nor does what it sends with an address of the stack get there'
  fi
  nsenter -t "$process" -n nft delete table inet seen
done
for chain in loopback stack; do
  if nft list chain inet seen $chain | grep 'packets [1-9]' >/dev/null; then
    ok "what it sent arrived ($chain)"
  else
    not_ok "what it sent arrived ($chain)"
  fi
done
expect 0 'no boundary of a service is weaker for it' bulkhead drill web.1
says ' 0 got through' 'nothing got through'

# A door goes with who came by it; who came by another stays.
put "$folder/half.js" <<'END'
const [host, port, file] = process.argv.slice(2), fs = require('node:fs');
const socket = require('node:net').connect(Number(port), host, () => {
  socket.write('GET / HTTP/1.1\r\nHost: shop\r\n');
  console.log('half');
  const wait = setInterval(() => {
    if (!fs.existsSync(file)) return;
    clearInterval(wait);
    socket.write('Connection: close\r\n\r\n');
  }, 50);
});
socket.on('data', (data) => console.log(`heard ${data}`));
socket.on('error', ({ code }) => console.log(code));
setTimeout(process.exit, 8000);
END
for port in 8002 8003; do
  by node "$folder/half.js" 10.77.0.1 $port "$folder/rest" >"$folder/half-$port" &
  within 10 "a customer comes by $port" grep -q half "$folder/half-$port"
done
cp "$policy" "$folder/as-it-was"
sed -i 's/"10.77.0.1:8002", //' "$policy"
expect 0 'a door is taken away' bulkhead reload
touch "$folder/rest"
within 5 'who came by another goes on' grep -q '200 OK' "$folder/half-8003"
within 5 'who came by it ends' grep -q 'ECONNRESET' "$folder/half-8002"
silent 'and nobody comes after him' http://10.77.0.1:8002/ by
expect 0 'as is planned' bulkhead status
cp "$folder/as-it-was" "$policy"
expect 0 'it comes back' bulkhead reload
answers 'and opens' http://10.77.0.1:8002/ 'web.? 10.77.0.2' by
gateway=$(pid_of gateway)

# The supervisor, the gateway and the rules of the host may go.
kill -9 "$gateway"
answers 'doors stay open without a gateway' http://127.0.0.1:8001/ 'web.? *'
within 10 'the gateway is back' get 'http://[::1]:8004/'
# It serves before its rules are looked after; then it is written down.
settled() { [ "$(pid_of gateway)" != "$gateway" ]; }
within 10 'and so are its rules' settled
nft flush ruleset
answers 'when somebody flushes the rules of the host it is relayed' http://10.77.0.1:8002/ 'web.? 10.77.0.2' by
expect 1 'which status says' bulkhead status
says "table 'bulkhead_$stack' is gone" 'with what is gone'
expect 0 'the next up puts it right' bulkhead up
says 'its door is put right' 'and says so'
expect 0 'so that it is as planned' bulkhead status
kill -STOP "$(pid_of gateway pid)"
answers 'and translated again' http://127.0.0.1:8001/ 'web.? 198.18.77.254'
kill -CONT "$(pid_of gateway pid)"
knob ipv4/ip_forward 0
expect 1 'a host that forwards no more is seen' bulkhead status
says 'ip_forward is 0' 'as what it is'
knob ipv4/ip_forward 1
kill -9 "$(pid_of launcher pid)" "$(pid_of supervisor pid)"
answers 'doors stay open without a supervisor' http://10.77.0.1:8002/ 'web.? 10.77.0.2' by
nft add rule inet "bulkhead_$stack" arrive accept
expect 1 'a rule more is seen' bulkhead status
ip link del "bh-$stack"
expect 1 'a link less as well' bulkhead status
ip route add default via 10.77.0.2
answers 'then who is led to the stack hears so' telnet://127.0.0.1:8001 '*No route to host*' said_by_curl
ip route del unreachable 198.18.77.0/24
answers 'also by the table' telnet://127.0.0.1:8001 '*Connection refused*' said_by_curl
ip route del default
expect 0 'a new supervisor, and all is put right' bulkhead up
expect 0 'as planned' bulkhead status
answers 'so that a neighbour is led in again' http://10.77.0.1:8002/ 'web.? 10.77.0.2' by

# A router may go some moments after its stack, and with it a link of this name, and its route.
nsenter -t "$(pid_of gateway pid)" -n sleep 60 &
holder=$!
expect 0 'down' bulkhead down
expect 0 'the last link is there' ip link show "bh-$stack"
(sleep 0.5 && kill $holder) &
expect 0 'up while the last link is still there' bulkhead up
expect 0 'is as planned, with a way of its own' bulkhead status

expect 0 'down' bulkhead down
answers 'nobody is led anywhere any more' telnet://127.0.0.1:8001 '*127.0.0.1*Connection refused*' said_by_curl
nothing_left() { ! { ip -o link && ip route && ip -6 route && nft list tables; } | grep -E 'bh-|bulkhead|198.18.77'; }
within 20 'nothing is left in the host' nothing_left

# At the loopback alone nothing of the host is needed, and connections are not followed.
knob ipv4/ip_forward 0
knob ipv6/conf/all/forwarding 0
sed -i 's/publishes: .*/publishes: {3000: ["127.0.0.1:8001", "[::1]:8004"]}/' "$policy"
expect 0 'a door of the loopback needs no host that forwards' bulkhead up
expect 0 'as planned' bulkhead status
answers 'it leads in' http://127.0.0.1:8001/ 'web.? 198.18.77.254'
answers '::1 is relayed' 'http://[::1]:8004/' 'web.? *'
nft list ruleset >"$output"
firewall
answers 'also behind a firewall' http://127.0.0.1:8001/ 'web.? 198.18.77.254'
nft delete table inet firewall
if grep -E ' ct |nat hook' "$output" >/dev/null; then not_ok 'no rule of the host asks for connections' "$(cat "$output")"; else ok 'no rule of the host asks for connections'; fi
# Its link is no way to the host, also when a service and the router are no more what they were.
node -e 'require("http").createServer((_, answer) => answer.end("the host")).listen(9999)' &
own=$!
within 20 'a program of the host' bash -c 'echo >/dev/tcp/127.0.0.1/9999'
web=$(pid_of services/web.1 process) gateway=$(pid_of gateway pid)
inside() { nsenter -t "$web" -n "$@"; }
silent 'no service gets to a program of the host' http://198.18.77.254:9999/ inside
inside nft flush ruleset
nsenter -t "$gateway" -n nft flush ruleset
nft -f - <<'END'
table inet seen {
  chain came { type filter hook prerouting priority -400; ip daddr 198.18.77.254 tcp dport 9999 counter; }
}
END
silent 'nor where neither its own table nor that of the router is left' http://198.18.77.254:9999/ inside
if nft list chain inet seen came | grep 'packets [1-9]' >/dev/null; then ok 'whose packets arrive'; else not_ok 'whose packets arrive'; fi
nft delete table inet seen
kill $own
wait $own 2>/dev/null
expect 0 'and down' bulkhead down
within 20 'nothing is left of it either' nothing_left
