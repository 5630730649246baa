#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The launcher reads secrets while it launches several services at once, and forks their inits: a
# secret stays in the service that it is for, and in no process of ours.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
stack=secrets-memory policy=$folder/$stack.yaml services=6
clean_up() { take_down $stack; }

# Which of the secrets "<word>-NUMBER-<word>" are in the memory of process PID: "1 3", or "".
put "$folder/scan.js" <<'END'
const fs = require('node:fs');
const [pid] = process.argv.slice(2);
const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
const found = new Set();
for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')) {
  const [range, rights, , , , name = ''] = line.split(/\s+/);
  const [begin, end] = range.split('-').map((text) => parseInt(text, 16));
  if (!rights.startsWith('rw') || name === '[vvar]' || end - begin > 1 << 28)
    continue;
  const bytes = Buffer.alloc(end - begin);
  try { fs.readSync(memory, bytes, 0, bytes.length, begin); } catch { continue; }
  for (const [, number] of bytes.toString('latin1').matchAll(/walnut-(\d+)-tree/g)) found.add(number);
}
console.log([...found].sort().join(' '));
END
{
  printf 'bulkhead: 1\nstack: %s\nservices:\n' $stack
  for ((i = 1; i <= services; i++)); do
    printf 'walnut-%d-tree' "$i" | put "$folder/key$i"
    chmod 600 "$folder/key$i"
    cat <<END
  one$i:
    role: worker
    command: [/usr/bin/sleep, infinity]
    secrets: {KEY: {from: $folder/key$i, as: env}}
END
  done
} | put "$policy"

expect 0 'services with secrets are launched together' bulkhead up
holders=0
for ((i = 1; i <= services; i++)); do
  init=$(sed -n 's/^  "pid": \([0-9]*\),/\1/p' "/run/bulkhead/$stack/services/one$i.json")
  service=$(sed -n 's/^  "process": \([0-9]*\),/\1/p' "/run/bulkhead/$stack/services/one$i.json")
  [ "$(node "$folder/scan.js" "$service")" = "$i" ] && holders=$((holders + 1))
  in_init=$(node "$folder/scan.js" "$init")
  if [ -n "$init" ] && [ -z "$in_init" ]; then ok "no secret is left in init $i"; else not_ok "no secret is left in init $i" "$in_init"; fi
done
if [ $holders = $services ]; then
  ok 'each service has its own and no other'
else
  not_ok 'each service has its own and no other' "$holders of $services"
fi
for who in launcher supervisor; do
  pid=$(sed -n 's/^  "pid": \([0-9]*\),/\1/p' "/run/bulkhead/$stack/$who.json")
  found=$(node "$folder/scan.js" "$pid")
  if [ -n "$pid" ] && [ -z "$found" ]; then ok "nor in the $who"; else not_ok "nor in the $who" "$found"; fi
done
expect 0 'down' bulkhead down
