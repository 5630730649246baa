#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Audit mode on this kernel: one script, once held to its policy and once in audit mode.  What a
# layer lets through, what it records and where, what stays refused all the same, and that `status`
# says weaker.
if [ -z "${AUDIT_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  AUDIT_APART=1 exec unshare --net -- "$0" "$@"
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node redis-server nft; do
  command -v "$program" >/dev/null || skip_all "needs $program"
done
ip link set lo up 2>/dev/null
stack=audit-mode

put "$folder/app/try.js" <<'END'
// Tries what the role does not allow, says how each ended, and stays.
const fs = require('fs'), net = require('net'), child = require('child_process');
function attempt(name, act) {
  try { act(); console.log(name, 'went'); } catch (error) { console.log(name, error.code); }
}
attempt('rename', () => { fs.writeFileSync('/tmp/a', ''); fs.renameSync('/tmp/a', '/tmp/b'); });
attempt('read', () => fs.readFileSync('/usr/share/bulkhead-audit-test/file'));
attempt('write', () => fs.writeFileSync('/usr/share/bulkhead-audit-test/file', 'x'));
attempt('shadow', () => fs.readFileSync('/etc/shadow'));
attempt('passwd', () => { if (fs.readFileSync('/etc/passwd', 'utf8').includes('games')) throw {code: 'HOST'}; });
attempt('run', () => { if (fs.readdirSync('/run').includes('bulkhead')) throw {code: 'HOST'}; });
const made = child.spawnSync('/usr/bin/id');
console.log('execute', made.error ? made.error.code : 'went');
let left = 0;
// Whoever refuses may only not be up yet.
function reach(name, host, tries = 20) {
  if (tries === 20) left++;
  const socket = net.connect({host, port: 6379, timeout: 3000});
  const end = word => {
    socket.destroy();
    if (word === 'ECONNREFUSED' && tries) return setTimeout(reach, 100, name, host, tries - 1);
    console.log(name, word);
    if (--left === 0) console.log('done');
  };
  socket.once('connect', () => end('went')).once('error', error => end(error.code)).once('timeout', () => end('TIMEOUT'));
}
reach('declared', 'friend');
reach('both', process.env.BOTH);
reach('other', process.env.OTHER);
reach('outside', '192.0.2.1');
// Again and again: the kernel prints ten lines of its log in five seconds and drops the rest.
setInterval(() => attempt('again', () => { fs.writeFileSync('/tmp/a', ''); fs.renameSync('/tmp/a', '/tmp/b'); }), 1000);
END
place=/usr/share/bulkhead-audit-test
mkdir -p $place && echo found >$place/file
clean_up() {
  "$BULKHEAD" down $stack >/dev/null 2>&1
  rm -rf /var/log/bulkhead/$stack $place
}

policy() { # MODE of the script, MODE of the one it does not know
  put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: $stack
services:
  script:
    role: scheduler
    command: [node, $folder/app/try.js]
    files: {read: ["$folder/app"]}
    connects: [friend:6379]
    environment: {BOTH: "${both:-}", OTHER: "${other:-}"}
$1
  friend: {role: redis, command: [redis-server, --save, "", --protected-mode, "no"], listens: [6379]}
  both: {role: redis, command: [redis-server, --save, "", --protected-mode, "no"], listens: [6379]$2}
  other: {role: redis, command: [redis-server, --save, "", --protected-mode, "no"], listens: [6379]}
END
}
address_of() { # the NUMBER of a service
  bulkhead plan --json | grep -o '"address4": "[0-9.]*"' | sed -n "$1p" | grep -o '[0-9.]*[0-9]$\|[0-9][0-9.]*'  | tail -n 1
}
log() { cat "/var/log/bulkhead/$stack/script/log"; }
finished() { log | grep -q 'done$'; }
said() { # TEXT NAME
  if log | grep -qE -- "(^| )$1\$"; then ok "$2"; else
    not_ok "$2" "no '$1' in what the script said"
    log | sed 's/^/  /' | tail -n 14
  fi
}

policy '' ''
both=$(address_of 3) other=$(address_of 4)
policy '' ''
expect 0 'held to its policy, the script starts' bulkhead up
within 20 'and tries' finished
said 'rename EPERM' 'a call that its role lacks is refused'
said 'read ENOENT' 'a file that it does not declare is not there'
said 'execute (EPERM|EACCES|ENOENT)' 'no second program runs'
said 'declared went' 'the declared edge works'
said 'both EPERM' 'no other is reached'
said 'other EPERM' 'nor the third'
expect 0 'status is as planned' bulkhead status
expect 0 'it goes down' bulkhead down
rm -rf "/var/log/bulkhead/$stack"

policy '    mode: audit' ', mode: {network: audit}'
expect 0 'the policy with audit mode is good' bulkhead check
says "warning: layer seccomp of 'script' is in audit mode" 'with a warning for each layer'
expect 0 'it starts' bulkhead up
says "warning: layer landlock of 'script' is in audit mode: it is off" 'and says so'
within 20 'it tries again' finished
said 'rename went' 'the call is let through'
said 'read went' 'the file is there'
said 'write E(ROFS|ACCES|PERM)' 'and cannot be written'
said 'shadow E(ACCES|PERM|NOENT)' 'what only root reads stays unread'
said 'passwd went' 'the accounts are its own, not those of the machine'
said 'run went' 'what runs on the machine is not shown'
said 'execute (EPERM|EACCES)' 'still no second program runs'
said 'declared went' 'the declared edge still works'
said 'both went' 'one that is in audit mode too is reached'
said 'other ECONNREFUSED' 'one that is not holds to its own rules'
said 'outside E(NETUNREACH|HOSTUNREACH|CONNREFUSED|ACCES)' 'nobody answers outside'

pid=$("$BULKHEAD" ps --json $stack | awk '$2 == "\"script\"," { found = 1 } found && $1 == "\"pid\":" { print $2 + 0; exit }')
rename=$([ "$(uname -m)" = x86_64 ] && echo 82 || echo 38)
logged() { [[ $(dmesg) == *type=1326*pid=$pid\ *syscall=$rename\ * ]]; }
within 30 'the kernel has logged the call' logged
recorded=$(nsenter -t "$pid" -n -- nft list set inet bulkhead went4)
if [[ $recorded == *"$other . tcp . 6379"* ]]; then
  ok 'the table has recorded the connection'
else
  not_ok 'the table has recorded the connection' "$recorded"
fi

expect 1 'status ends with 1' bulkhead status
for layer in capabilities seccomp view landlock network; do
  if grep -Eq "^(script)? +$layer +weaker +audit: .*bulkhead.yaml:10:" "$output"; then
    ok "$layer is weaker, at the line of mode"
  else
    not_ok "$layer is weaker, at the line of mode" "$(grep " $layer " "$output" | head -n 1)"
  fi
done
says "$stack is in audit mode, else as planned:" 'the sum says so'
says '; 6 weaker by audit mode' 'and how many layers there are of it'
says 'audit: it called ' 'status shows whom it called'
says '192.0.2.1:6379' 'those outside too'
says 'it was called by script:' 'and the other side who called'
for layer in identity exec namespaces labels resources; do
  if grep -Eq "^(script)? +$layer +enforced" "$output"; then
    ok "$layer is enforced all the same"
  else
    not_ok "$layer is enforced all the same"
  fi
done
expect 0 'explain shows it' bulkhead explain script
says 'read (audit)' 'the files'
says 'CAP_DAC_OVERRIDE' 'and the capabilities'
expect 0 'it goes down again' bulkhead down

policy '    mode: {exec: audit}' ''
expect 2 'a layer without audit mode is an error' bulkhead check
says 'layer exec has no audit mode: a second program could be any program' 'with the reason'
says "hint: add it to 'programs'" 'and what to write'
