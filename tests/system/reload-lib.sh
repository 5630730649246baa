# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For reload-*.sh: a stack of web, which asks whom it is told to, db and keep, which answer.
# shellcheck disable=SC2154
command -v node >/dev/null || skip_all 'needs node'
command -v curl >/dev/null || skip_all 'needs curl'

# What comes back is what was sent, at every port that is given; at 53 by datagrams.
put "$folder/app/peer.js" <<'END'
for (const port of process.argv.slice(2).map(Number))
  if (port === 53) {
    const echo = require('node:dgram').createSocket('udp6');
    echo.on('message', (text, from) => echo.send(text, from.port, from.address));
    echo.bind(53);
  } else {
    require('node:net').createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => socket.write(data));
    }).listen(port);
  }
END
# /open/NAME/HOST/PORT keeps a connection, /say/NAME/BYTES hears so many back by it, /state/NAME tells whether
# it is open; /udp/NAME/HOST asks by a socket that is kept.  What it came to is the answer.
put "$folder/app/asker.js" <<'END'
const kept = new Map();
const open = (name, host, port) => new Promise((resolve) => {
  const since = Date.now(), socket = require('node:net').connect({ host, port: Number(port) });
  const one = { socket, state: 'silent' };
  kept.set(name, one);
  const timer = setTimeout(() => resolve('silent'), 3000);
  const tell = (state) => { one.state = state; clearTimeout(timer); resolve(state); };
  socket.on('connect', () => tell('open'));
  socket.on('error', ({ code }) => tell(Date.now() - since > 1000 && one.state === 'silent' ? `late ${code}` : code));
  socket.on('close', () => { if (one.state === 'open') one.state = 'closed'; });
});
const say = (name, bytes) => new Promise((resolve) => {
  const one = kept.get(name);
  let left = Number(bytes);
  if (!one || one.state !== 'open') return resolve(one ? one.state : 'never');
  const timer = setTimeout(() => tell('silent'), 1500);
  const take = (data) => { left -= data.length; if (left <= 0) tell('heard'); };
  const end = () => tell(one.state);
  const tell = (text) => { clearTimeout(timer); one.socket.off('data', take); one.socket.off('close', end); resolve(text); };
  one.socket.on('data', take);
  one.socket.on('close', end);
  one.socket.write(Buffer.alloc(left, 'x'));
});
const udp = (name, host) => new Promise((resolve) => {
  const socket = kept.get(name) || require('node:dgram').createSocket('udp4');
  kept.set(name, socket);
  socket.removeAllListeners();
  const timer = setTimeout(() => resolve('silent'), 700);
  const tell = (text) => { clearTimeout(timer); resolve(text); };
  socket.on('message', () => tell('heard'));
  socket.on('error', ({ code }) => tell(code));
  socket.send('x', 53, host, (error) => { if (error) tell(error.code); });
});
const verbs = { open, say, udp, state: async (name) => kept.get(name).state };
require('node:http').createServer(async ({ url }, answer) => {
  const [, verb, ...rest] = url.split('/');
  answer.end(await verbs[verb](...rest) + '\n');
}).listen(3000);
END

# As that policy says with these edges of web, and of db.
write() { # WEB [DB] [DOOR]
  put "$policy" <<END
bulkhead: 1
stack: $stack
services:
  web:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: "127.0.0.1:${3:-$door}"}
    connects: [$1]
  db:
    role: node
    command: [node, peer.js, "5432", "5433", "53"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [5432, 5433, 53/udp]
    connects: [${2:-keep:7002}]
  keep:
    role: node
    command: [node, peer.js, "7000", "7001", "7002"]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [7000, 7001, 7002]
END
}
# shellcheck disable=SC2034 # of who includes this
always='keep:7000, {to: "keep:7001", bytes: 1MB/h}, db:53/udp'
ask() { curl -s --max-time 8 "http://127.0.0.1:$door/$1"; }
asked() { # PATH ANSWER NAME
  local heard
  heard=$(ask "$1")
  if [ "$heard" = "$2" ]; then ok "$3"; else not_ok "$3" "'$heard' instead of '$2'"; fi
}
is() { [ "$(ask "$1")" = "$2" ]; }
same() { # ONE OTHER NAME
  if [ "$1" = "$2" ]; then
    ok "$3"
  else
    not_ok "$3"
    diff <(echo "$1") <(echo "$2") | head -n 8 | sed 's/^/  /'
  fi
}
processes() { for name in web db keep; do pid_of services/$name process; done; }
inside() { nsenter -t "$(pid_of "services/$1")" -n "${@:2}"; }
in_router() { nsenter -t "$(pid_of gateway)" -n "$@"; }
without_dynamic() {
  awk '/^\tset / { text = $0; dynamic = 0; inside = 1; next }
    inside { text = text "\n" $0; dynamic = dynamic || /flags .*dynamic/
      if (/^\t}/) { if (!dynamic) print text; inside = 0 }
      next }
    { print }'
}
# Everything that the kernel holds of it, whatever was made first; what packets have put into sets, and how
# much of a bucket is left, is none of it.
rules() {
  {
    for name in web db keep; do
      inside $name nft -s list ruleset | without_dynamic
      inside $name ip route show table all
      inside $name tc class show dev eth0 2>/dev/null | sed 's/ leaf [0-9a-f]*: / /'
      cat "/run/bulkhead/$stack/hosts/$name"
    done
    in_router nft -s list ruleset | without_dynamic
  } | sort
}
handles() { for name in web db keep; do inside $name nft -a list ruleset; done; in_router nft -a list ruleset; }

