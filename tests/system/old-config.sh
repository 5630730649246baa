#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs whose configuration says 127.0.0.1 find their peers there (`at`), and a database that is
# still outside of the stack (`host:PORT`); nobody else finds them, and what cannot be meant is
# refused.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'

stack=old-config-$$
outside=$((20000 + $$ % 5000))
server=

clean_up() {
  take_down "$stack"
  [ -z "$server" ] || kill "$server" 2>/dev/null
}

# Each asks what it may ask and what it may not, and writes what it got: `NAME got TEXT`, `NAME no`.
cat >"$folder/ask.js" <<'EOF'
const net = require('net')
for (const arg of process.argv.slice(2)) {
  const [name, host, port] = arg.split(',')
  const once = () => {
    let text = ''
    net.connect(Number(port), host)
      .on('data', (data) => { text += data })
      .on('end', () => console.log(`${name} got ${text}`))
      .on('error', (error) => {
        console.log(`${name} no ${error.code}`)
        if (!name.startsWith('not-')) setTimeout(once, 300)
      })
  }
  once()
}
setInterval(() => {}, 1e6)
EOF
# A daemon that insists on its loopback, and has a port there that is nobody's business.
cat >"$folder/answer.js" <<'EOF'
const net = require('net')
const [port, address, hidden] = process.argv.slice(2)
const answer = (text) => (socket) => {
  socket.on('error', () => {})
  socket.end(`${text} to ${socket.remoteAddress}`)
}
net.createServer(answer('db')).listen(Number(port), address)
if (hidden) net.createServer(answer('hidden')).listen(Number(hidden), address)
EOF

write_policy() { # EDGES-OF-SHOP
  cat >"$policy" <<EOF
bulkhead: 1
stack: $stack
services:
  db:
    role: node
    command: [node, answer.js, "5432", 127.0.0.1, "9999"]
    workdir: $folder
    files: {read: [$folder]}
    listens: [{port: 5432, at: 127.0.0.1}, {port: 9999, at: 127.0.0.1}]
    ready: {port: 5432}
  shop:
    role: node
    command: [node, ask.js, "local,127.0.0.1,5432", "named,db,5432", "local6,::1,5433",
      "host,host,$outside", "host-local,127.0.0.1,3306", "not-hidden,db,9999",
      "not-other,127.0.0.1,9999", "not-outside,host,$((outside + 1))"]
    workdir: $folder
    files: {read: [$folder]}
    connects: [$1]
  plain:
    role: node
    command: [node, ask.js, "not-host,198.18.0.1,$outside", "named6,db6,5433", "db,db,5432"]
    workdir: $folder
    files: {read: [$folder]}
    connects: [db:5432, db6:5433]
  db6:
    role: node
    command: [node, answer.js, "5433", "::1"]
    workdir: $folder
    files: {read: [$folder]}
    listens: [{port: 5433, at: "::1"}]
    ready: {port: 5433}
assert:
  - only shop reaches host
EOF
}
good="{to: db:5432, at: 127.0.0.1:5432}, {to: db6:5433, at: \"[::1]:5433\"}, {to: host:$outside, why: moves in next, at: 127.0.0.1:3306}"

# What is refused names what is wrong and what to type.
refuse() { # EDGES TEXT NAME
  write_policy "$1"
  expect 2 "$3" "$BULKHEAD" check -f "$policy"
  says "$2" "$3: it says so"
}
refuse "{to: db:5432, at: 10.0.0.1:5432}" 'write at: 127.0.0.1:5432' 'an address of no loopback is refused'
refuse "{to: db:5432, at: 127.0.0.1:1}, {to: db6:5433, at: 127.0.0.1:1}" 'first given here' 'one address for two peers is refused'
refuse "host:$outside" "needs 'why'" 'the host without a reason is refused'
write_policy "$good"
sed -i 's/only shop/only db/' "$policy"
expect 1 'who reaches the host is asserted' "$BULKHEAD" check -f "$policy"
write_policy "$good"
expect 0 'the policy is good' "$BULKHEAD" check -f "$policy"
expect 0 'explain names where the program looks' "$BULKHEAD" explain shop -f "$policy"
says 'db:5432 at 127.0.0.1:5432' 'a peer is explained'
says "host:$outside at 127.0.0.1:3306" 'the host is explained'

node "$folder/answer.js" "$outside" 127.0.0.1 $((outside + 1)) &
server=$!
within 10 'the database outside answers' bash -c "exec 3<>/dev/tcp/127.0.0.1/$outside"

log=/var/log/bulkhead/$stack
expect 0 'the stack comes up' "$BULKHEAD" up -f "$policy"
[ "$bad" = 0 ] || exit 1
has() { # SERVICE TEXT NAME
  within 10 "$3" grep -qxF -- "$2" "$log/$1/log"
}
has shop 'local got db to 127.0.0.1' 'an old client reaches an old daemon'
has shop 'named got db to 127.0.0.1' 'and by name'
has shop 'local6 got db to ::1' 'and by IPv6'
has plain 'db got db to 127.0.0.1' 'so does a client that knows the name'
has plain 'named6 got db to ::1' 'and one that has IPv6 alone'
has shop 'host got db to 127.0.0.1' 'a service reaches the host by name'
has shop 'host-local got db to 127.0.0.1' 'and where its old configuration says'
has shop 'not-hidden no EPERM' "another port of the daemon's loopback is refused"
has shop 'not-other no EPERM' 'its own loopback stays its own'
has shop 'not-outside no EPERM' 'an undeclared port of the host is refused'
router=$(sed -n 's/ host$//p' "/run/bulkhead/$stack/hosts/shop" | head -n 1)
if grep -q ' host$' "/run/bulkhead/$stack/hosts/plain"; then
  not_ok 'the host has no name where it is not declared'
else
  ok 'the host has no name where it is not declared'
fi
expect 1 'who does not declare the host does not reach it' \
  nsenter -t "$(pid_of services/plain)" -n bash -c "exec 3<>/dev/tcp/$router/$outside"

expect 0 'status agrees' "$BULKHEAD" status "$stack"
says 'but for the network' 'the outlet has a row'
answers_again() {
  [ "$(pid_of outlet)" != "$killed" ] && nsenter -t "$(pid_of services/shop)" -n bash -c "exec 3<>/dev/tcp/$router/$outside"
}
killed=$(pid_of outlet)
kill -9 "$killed"
within 15 'an outlet that died is started again' answers_again
expect 0 'the drill stops all' "$BULKHEAD" drill -f "$policy"
expect 0 'the stack goes down' "$BULKHEAD" down "$stack"
[ "$bad" = 0 ]
