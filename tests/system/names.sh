#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Edges to names outside the stack: the resolver answers what a service declares, to that service alone,
# and what it has answered is open to it for its time.  In a network namespace that plays the host,
# with a neighbour that has the servers and their names.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh

command -v openssl >/dev/null || skip_all 'needs openssl'
stack=names policy=$folder/names.yaml
# shellcheck source=tests/system/names-lib.sh
. tests/system/names-lib.sh
# shellcheck source=tests/system/net-lib.sh
. tests/system/net-lib.sh

put "$folder/server.js" <<'END'
for (const port of process.argv.slice(2))
  require('node:http').createServer((request, response) =>
    request.url === '/slow' ? setTimeout(() => response.end('late'), 6000)
      : response.end(request.socket.localAddress.replace('::ffff:', ''))).listen(Number(port));
END
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=example.com -keyout "$folder/key.pem" \
  -out "$folder/cert.pem" 2>/dev/null || skip_all 'openssl makes no certificate'
# Says which name its client of TLS has said.
put "$folder/tls.js" <<'END'
const fs = require('node:fs'), [folder, port] = process.argv.slice(2);
const options = { key: fs.readFileSync(`${folder}/key.pem`), cert: fs.readFileSync(`${folder}/cert.pem`) };
require('node:tls').createServer(options, (socket) => {
  socket.on('error', () => {});
  socket.end(`hello ${socket.servername}`);
}).on('tlsClientError', () => {}).listen(Number(port));
END
# Counts what comes, in a file.
put "$folder/sink.js" <<'END'
const [address, port, file] = process.argv.slice(2);
let came = 0;
require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (part) => { came += part.length; require('node:fs').writeFileSync(file, `${came}`); });
}).listen(Number(port), address);
END
# Connects, waits for a file, and sends five million bytes.
put "$folder/pour.js" <<'END'
const [address, port, file] = process.argv.slice(2);
const socket = require('node:net').connect(Number(port), address, () => {
  console.log('connected');
  const wait = setInterval(() => {
    if (!require('node:fs').existsSync(file)) return;
    clearInterval(wait);
    socket.write(Buffer.alloc(5e6, 'x'));
  }, 50);
});
socket.on('error', () => process.exit(1));
setTimeout(process.exit, 4000);
END
put "$folder/table" <<'END'
api.example.com A 60 10.77.0.2
many.example.com A 60 10.77.0.3
many.example.com A 60 10.77.0.4
alias.example.com CNAME 60 inner.elsewhere.net
inner.elsewhere.net A 60 10.77.0.4
a.below.example.com A 60 10.77.0.5
b.a.below.example.com A 60 10.77.0.5
secret.example.com A 60 10.77.0.3
meta.example.com A 60 169.254.169.254
self.example.com A 60 127.0.0.1
other.example.com A 60 10.77.0.3
here.example.com A 60 10.77.0.1
shared.example.com A 60 10.77.0.4
x.cdn.example.com A 60 10.77.0.4
plain.example.com A 60 10.77.0.5
counted.example.com A 60 10.77.0.5
END
answer_names 10.77.0.2
nsenter -t "$neighbour" -n node "$folder/server.js" 80 8080 8445 &
servers+=($!)
node "$folder/server.js" 8080 &
servers+=($!)
nsenter -t "$neighbour" -n node "$folder/tls.js" "$folder" 8443 &
servers+=($!)
nsenter -t "$neighbour" -n node "$folder/sink.js" 10.77.0.5 8444 "$folder/sunk" &
servers+=($!)
within 20 'the neighbour serves' curl -s -m 1 http://10.77.0.2:8080

# asker: /HOST/PORT is what is heard there, or how it was refused; /name/HOST its addresses.
put "$folder/app/asker.js" <<'END'
const dns = require('node:dns');
require('node:http').createServer((asked, answer) => {
  const [, host, port, path] = decodeURI(asked.url).split('/'), since = Date.now();
  if (host === 'name')
    return dns.lookup(port, { all: true, family: 4 }, (error, all) => answer.end(error ? error.code : all.map(({ address }) => address).sort().join(' ')));
  if (host === 'tls') {
    const [, , to, at, servername] = decodeURI(asked.url).split('/');
    let said = '';
    const socket = require('node:tls').connect({ host: to, port: at, servername, rejectUnauthorized: false });
    socket.on('data', (part) => { said += part; });
    socket.on('end', () => answer.end(said));
    socket.on('error', ({ code }) => answer.end(Date.now() - since < 1500 ? `${code}` : `late ${code}`));
    return;
  }
  const request = require('node:http').get({ host, port, path: `/${path || ''}`, agent: false, family: 4 }, (heard) => {
    let said = '';
    heard.on('data', (part) => { said += part; });
    heard.on('end', () => answer.end(said));
    heard.on('error', ({ code }) => answer.end(`cut ${code}`));
  });
  request.on('error', ({ code }) => answer.end(Date.now() - since < 1500 ? `${code}` : `late ${code}`));
  request.setTimeout(9000, () => request.destroy());
}).listen(3000);
END
put "$policy" <<END
bulkhead: 1
stack: $stack
addresses: {ipv4: 198.18.80.0/24}
resolver: {upstream: [10.77.0.2]}
services:
  asker:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18311}
    connects:
      - {to: "api.example.com:8080", why: a partner}
      - {to: "many.example.com:8080", why: a partner of two addresses}
      - {to: "alias.example.com:8080", why: a partner by another name}
      - {to: "*.below.example.com:8080", why: a partner with many names}
      - {to: "meta.example.com:80", why: none}
      - {to: "self.example.com:8080", why: none}
      - {to: "here.example.com:8080", why: a name of this machine}
      - {to: "gone.example.com:8080", why: who is gone}
      - {to: "short.example.com:8080", why: for a moment}
      - {to: "shared.example.com:8443", why: one of many behind an address, tls: true}
      - {to: "*.cdn.example.com:8443", why: others of them, tls: true}
      - {to: "plain.example.com:8445", why: who speaks no TLS, tls: true}
      - {to: "counted.example.com:8444", why: so much, bytes: 100KB/h, over: drop}
  other:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18312}
    connects: [{to: "other.example.com:8080", why: another partner}]
  silent:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: 127.0.0.1:18313}
END
asks() { # NAME DOOR PATH ANSWER
  local said
  said=$(curl -sS -g -m 10 "http://127.0.0.1:$2/$3" 2>&1)
  # shellcheck disable=SC2254 # it is a pattern
  case $said in
    $4) ok "$1" ;;
    *) not_ok "$1" "said '$said'" ;;
  esac
}
shopt -s extglob
refusal='@(ECONNREFUSED|ECONNRESET|EPERM|EHOSTUNREACH|EACCES)'
unknown='@(ENOTFOUND|EAI_AGAIN|EAI_FAIL)'

sed 's|10.77.0.2\]}|example.com]}|' "$policy" >"$folder/wrong.yaml"
expect 2 'a server is an address' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'example.com' is not an address" 'and it says so'
sed 's|why: none}|tls: true, why: none}|; s|meta.example.com:80|10.77.0.9:80|' "$policy" >"$folder/wrong.yaml"
expect 2 'TLS says a name' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "'tls' checks a name, and '10.77.0.9:80' has none" 'and it says so'
sed 's|10.77.0.2\]}|10.77.0.2]}|; s|other.example.com:8080|10.77.0.9:53|' "$policy" >"$folder/wrong.yaml"
expect 2 'the port of names is the resolver'"'"'s' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "port 53 is the resolver's" 'and it says so'
sed 's|others of them, tls: true|others of them|' "$policy" >"$folder/wrong.yaml"
expect 2 'of two names at a port TLS says both or none' "$BULKHEAD" check --roles "$roles" "$folder/wrong.yaml"
says "only one has its name checked" 'and it says so'
expect 0 'explain' bulkhead explain asker
says '*.below.example.com:8080' 'names who is outside'
expect 0 'up' bulkhead up
expect 0 'status is as planned' bulkhead status
says 'ask its name servers alone' 'and knows the resolver'
asks 'before it was asked for an address is closed' 18311 10.77.0.2/8080 "$refusal"
asks 'a name' 18311 api.example.com/8080 10.77.0.2
asks 'whose address is open then' 18311 10.77.0.2/8080 10.77.0.2
asks 'at its port alone' 18311 10.77.0.2/80 "$refusal"
asks 'several addresses' 18311 name/many.example.com '10.77.0.3 10.77.0.4'
asks 'of which each is open' 18311 10.77.0.4/8080 10.77.0.4
asks 'an alias, whose chain leads elsewhere' 18311 alias.example.com/8080 10.77.0.4
asks 'one label below' 18311 a.below.example.com/8080 10.77.0.5
asks 'and not two' 18311 name/b.a.below.example.com "$unknown"
asks 'nor none' 18311 name/below.example.com "$unknown"
asks 'nobody' 18311 name/gone.example.com "$unknown"
asks 'a name that it does not declare' 18311 name/secret.example.com "$unknown"
asks 'or that another service does' 18311 name/other.example.com "$unknown"
asks 'the metadata of a cloud by a name' 18311 name/meta.example.com "$unknown"
asks 'its loopback by a name' 18311 name/self.example.com "$unknown"
asks 'this machine by a name' 18311 here.example.com/8080 "$refusal"
asks 'the other has its own' 18312 other.example.com/8080 10.77.0.3
asks 'and not those of the first' 18312 10.77.0.2/8080 "$refusal"
asks 'who declares none has no resolver' 18313 name/api.example.com "$unknown"
if grep -q 'secret\|b\.a\.below' "$folder/asked"; then
  not_ok 'what is not declared never leaves' "$(cat "$folder/asked")"
else
  ok 'what is not declared never leaves'
fi
expect 0 'status is as planned with addresses in its sets' bulkhead status
expect 0 'net' bulkhead net --denied
says 'secret.example.com' 'shows what was asked for and is not declared'
says '{to: "secret.example.com:PORT", why: WHAT FOR}' 'with the line that would allow it'

shows 'a name is counted by its line, whatever its address' \
  'leads("api.example.com", "8080").connections === 2 && within(leads("api.example.com", "8080").received, 300, 3000)'
and_shows 'so is one label below' 'leads("*.below.example.com", "8080").connections === 1 && leads("gone.example.com", "8080").connections === 0'
and_shows 'another port of its address is told by the name' \
  "denial({from: 'asker', address: '10.77.0.2', name: 'api.example.com', port: '80', reason: 'port not declared'}).where.includes(':$(line_of api.example.com:8080):')"
and_shows 'and so is what would allow it' \
  "lines(denial({address: '10.77.0.2', port: '80'})) === 'asker connects {to: \"api.example.com:80\", why: WHAT FOR}'"
and_shows 'before it was asked for by its name it was closed' \
  'denial({from: "asker", address: "10.77.0.2", name: "api.example.com", port: "8080", layer: "own table"}).reason === "not asked for by its name then"'
and_shows 'to the other service the address has no name' 'denial({from: "other", address: "10.77.0.2", port: "8080"}) && !denial({from: "other", address: "10.77.0.2", port: "8080"}).name'
and_shows 'this machine by a name' 'denial({name: "here.example.com", layer: "outlet"}).reason === "an address of this machine"'
expect 0 'as text' bulkhead net
says 'asker connects to api.example.com (10.77.0.2) port 80: port not declared, line' 'it says name and address'

# Names behind one address are told apart by what TLS says.
asks 'a name that TLS says' 18311 tls/shared.example.com/8443/shared.example.com 'hello shared.example.com'
asks 'in capitals' 18311 tls/shared.example.com/8443/SHARED.example.com 'hello SHARED.example.com'
asks 'one label more' 18311 tls/10.77.0.4/8443/x.cdn.example.com 'hello x.cdn.example.com'
asks 'and not two' 18311 tls/10.77.0.4/8443/x.x.cdn.example.com "$refusal"
asks 'another name at its address' 18311 tls/10.77.0.4/8443/other.example.com "$refusal"
asks 'no name' 18311 tls/10.77.0.4/8443/ "$refusal"
asks 'no TLS' 18311 plain.example.com/8445 "$refusal"
shows 'which name it said is known' \
  'lines(denial({from: "asker", name: "x.x.cdn.example.com", layer: "outlet", port: "8443"})) === "asker connects {to: \"x.x.cdn.example.com:8443\", tls: true, why: WHAT FOR}"'
and_shows 'or that it said none' 'denial({address: "10.77.0.4", reason: "its hello by TLS says no name", port: "8443"}).layer === "outlet"'
and_shows 'as with what is no TLS' 'denial({address: "10.77.0.5", reason: "its hello by TLS says no name", port: "8445"}).layer === "outlet"'

# What it does with a real client: by datagrams and by TCP, and what it refuses.
digs() { # NAME WORD [ARGUMENT...]
  local name=$1 wanted=$2
  shift 2
  nsenter -t "$(pid_of services/asker)" -n dig +tries=1 +time=3 @198.18.80.1 "$@" >"$output" 2>&1
  if grep -q "$wanted" "$output"; then ok "$name"; else not_ok "$name" "$(cat "$output")"; fi
}
if command -v dig >/dev/null; then
  digs 'dig is answered' 'api.example.com.*10.77.0.2' api.example.com
  digs 'and by TCP' 'api.example.com.*10.77.0.2' +tcp api.example.com
  digs 'in capitals' '10.77.0.2' API.Example.COM
  digs 'with an alias its chain' 'CNAME.*inner.elsewhere.net' alias.example.com
  digs 'what is not declared is refused' 'status: REFUSED' secret.example.com
  digs 'as are all types at once' 'status: \(REFUSED\|NOTIMP\)' -t ANY api.example.com
  digs 'nobody is nobody' 'status: NXDOMAIN' gone.example.com
else
  skip 'dig asks' 'needs dig'
fi

# An address closes after its time; who is connected then stays.
open_in() { nsenter -t "$1" -n nft list set inet bulkhead s1/api.example.com/4; }
asker=$(pid_of services/asker)
# shellcheck disable=SC2034 # by its name, below
router=$(pid_of gateway)
for place in asker router; do
  expect 0 "it is open in the table of the $place" open_in "${!place}"
  says '10.77.0.2' 'by its address'
  says 'expires' 'for a time'
done
curl -sS -m 12 http://127.0.0.1:18311/api.example.com/8080/slow >"$folder/slow" &
slow=$!
sleep 1
for place in asker router; do
  nsenter -t "${!place}" -n nft delete element inet bulkhead s1/api.example.com/4 '{ 10.77.0.2 }'
done
asks 'then nobody connects any more' 18311 10.77.0.2/8080 "$refusal"
wait "$slow"
if [ "$(cat "$folder/slow")" = late ]; then ok 'and who is connected stays'; else not_ok 'and who is connected stays' "$(cat "$folder/slow")"; fi

# What a line counts it counts while the connection lives, also when the address is closed.
asks 'a name with a budget' 18311 name/counted.example.com 10.77.0.5
rm -f "$folder/go" "$folder/sunk"
nsenter -t "$asker" -n node "$folder/pour.js" 10.77.0.5 8444 "$folder/go" >"$folder/poured" &
pour=$!
within 20 'a connection by it' grep -q connected "$folder/poured"
for place in asker router; do
  nsenter -t "${!place}" -n nft delete element inet bulkhead s1/counted.example.com/4 '{ 10.77.0.5 }'
done
touch "$folder/go"
wait "$pour"
sunk=$(cat "$folder/sunk")
if [ "${sunk:-0}" -gt 1000 ] && [ "${sunk:-0}" -lt 300000 ]; then ok 'is held to it'; else not_ok 'is held to it' "$sunk bytes"; fi
shows 'and counted by its line also then' \
  "leads('counted.example.com', '8444').connections === 1 && leads('counted.example.com', '8444').sent > ${sunk:-0}"

# A service that starts anew has what its resolver still knows to be open.
asks 'another name' 18311 many.example.com/8080 '10.77.0.@(3|4)'
expect 0 'restart' bulkhead restart asker
asks 'what was open is open to its next life' 18311 10.77.0.3/8080 10.77.0.3

# Without a resolver nothing new opens; its place is taken, and others learn nothing of it.
resolver=$(pid_of resolver)
kill -9 "$resolver"
another() { local now; now=$(pid_of resolver) && [ -n "$now" ] && [ "$now" != "$resolver" ]; }
within 20 'another resolver' another
asks 'which answers' 18311 a.below.example.com/8080 10.77.0.5
asks 'and opens what the first had forgotten to close' 18311 api.example.com/8080 10.77.0.2
kill -9 "$(pid_of launcher)"
within 20 'a stack without a launcher' gone "$(pid_of supervisor)"
asks 'what is known is still answered' 18311 api.example.com/8080 10.77.0.2
echo 'short.example.com A 60 10.77.0.5' >>"$folder/table"
asks 'what is new is not: nobody could open it' 18311 name/short.example.com "$unknown"
expect 0 'up' bulkhead up
asks 'the next launcher has a resolver of its own' 18311 short.example.com/8080 10.77.0.5
expect 0 'status is as planned then' bulkhead status
expect 0 'down' bulkhead down
