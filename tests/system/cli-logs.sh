#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `logs`: the last lines, several services, following across rotation and restarts, and what a
# service prints to steer a terminal.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
stack=cli-logs policy=$folder/cli-logs.yaml
logs=/var/log/bulkhead/$stack
follower=
clean_up() {
  [ -z "$follower" ] || kill "$follower" 2>/dev/null
  take_down $stack
}
has() { grep -qF -- "$1" "$folder/followed"; }
count() { grep -cF -- "$1" "$folder/followed"; }
flooded_twice() { [ "$(count 'one has flooded')" = 2 ]; }
same() { # WANTED FOUND NAME
  if [ "$1" = "$2" ]; then ok "$3"; else not_ok "$3" "'$2' instead of '$1'"; fi
}

# Prints its name and a number each 20 ms; told by a file, what would steer a terminal, or a lot.
put "$folder/app/talk.js" <<'END'
const fs = require('node:fs');
const name = process.argv[2];
let number = 0;
console.log(`${name} begins`);
console.log('\x1b[2J\x1b]0;title\x07red\x9b31m');
setInterval(() => {
  console.log(`${name} ${number++}`);
  if (!fs.existsSync(`${process.argv[3]}/flood-${name}`)) return;
  fs.unlinkSync(`${process.argv[3]}/flood-${name}`);
  const line = `flood ${'x'.repeat(990)}\n`;
  for (let i = 0; i < 150; i++) process.stdout.write(line.repeat(100));
  console.log(`${name} has flooded`);
}, 20);
END
mkdir "$folder/told"
chmod 777 "$folder/told"
put "$folder/$stack.yaml" <<END
bulkhead: 1
stack: $stack
services:
  one: {role: node, command: [node, talk.js, one, $folder/told], workdir: $folder/app, files: {read: [$folder/app], write: [$folder/told]}}
  two: {role: node, command: [node, talk.js, two, $folder/told], workdir: $folder/app, files: {read: [$folder/app], write: [$folder/told]}}
  many: {role: node, command: [node, talk.js, many, $folder/told], workdir: $folder/app, files: {read: [$folder/app], write: [$folder/told]}, instances: 2}
END

expect 1 'a stack that never was has no logs' bulkhead logs
says "has no logs" 'and that is said'
expect 0 'up' bulkhead up
within 20 'they print' grep -q 'one 3' $logs/one/log
expect 0 'the logs of all' bulkhead logs -n 100
says 'one        | one begins' 'with the name of each'
says 'two        | two 0' 'also of the second'
says 'supervisor | ' 'and of the supervisor'
says '?[2J?]0;title?red?' 'nothing of it steers a terminal'
expect 0 'of one' bulkhead logs -n 3 one
same 3 "$(wc -l <"$output")" 'so many lines'
if grep -vq '^one [0-9]*$' "$output"; then not_ok 'as they were printed'; else ok 'as they were printed'; fi
expect 0 'of each instance of one' bulkhead logs -n 100 many
says 'many.1 | many begins' 'the first'
says 'many.2 | many begins' 'and the second'
expect 0 'of one instance' bulkhead logs -n 1 many.2
expect 1 'of one that is not there' bulkhead logs -n 1 many.3
expect 0 'as JSON' bulkhead logs --json -n 100 two
if node -e "for (const line of require('fs').readFileSync('$output', 'utf8').trim().split('\n')) JSON.parse(line)"; then
  ok 'an object a line'
else
  not_ok 'an object a line'
fi
# shellcheck disable=SC1003 # as JSON has it
says '{"stack": "cli-logs", "service": "two", "text": "\u001b[2J\u001b]0;title\u0007red' 'with all that it holds'
expect 1 'of a service that is not there' bulkhead logs three
says 'there are logs of' 'with those that are'
expect 2 'a policy is not a service' bulkhead logs -f "$folder/$stack.yaml"
says '--file' 'and said how it is given'
expect 2 'half a line is none' bulkhead logs -n 1.5
expect 0 'the stack may be named' "$BULKHEAD" logs --stack $stack -n 1 one
expect 2 'but by a name alone' "$BULKHEAD" logs --stack ../x one

"$BULKHEAD" logs --roles "$PWD/roles" --file "$folder/$stack.yaml" -f -n 0 one two >"$folder/followed" &
follower=$!
within 20 'what is printed from now on follows' has 'two | two'
memory=$(awk '/VmHWM/ {print $2}' /proc/$follower/status)
touch "$folder/told/flood-one"
within 20 'what is more than a file holds too' has 'one | one has flooded'
touch "$folder/told/flood-one"
within 20 'again' flooded_twice
if [ -e $logs/one/log.2 ]; then ok 'files were rotated meanwhile'; else not_ok 'files were rotated meanwhile'; fi
same 30000 "$(count 'one | flood xxx')" 'no line is lost or told twice'
same '' "$(sed -n 's/^one | one \([0-9]*\)$/\1/p' "$folder/followed" | awk 'NR > 1 && $1 != last + 1; {last = $1}')" 'and all stand in order'
more=$(($(awk '/VmHWM/ {print $2}' /proc/$follower/status) - memory))
if [ "$more" -lt 1000 ]; then ok 'memory is bounded'; else not_ok 'memory is bounded' "$more KB more"; fi

begun=$(count 'two begins')
kill -9 "$(pid_of services/two process)"
within 20 'one that is killed ends' gone "$(pid_of services/two)"
expect 0 'it is started again' bulkhead up
within 20 'and followed' eval "[ \$(count 'two begins') -gt $begun ]"
expect 0 'down' bulkhead down
expect 0 'logs stay' "$BULKHEAD" logs --stack $stack -n 2
if kill -0 $follower; then ok 'who follows goes on'; else not_ok 'who follows goes on'; fi
truncate -s 11M $logs/supervisor.log
expect 0 'and up again' bulkhead up
within 20 'sees it' eval "[ \$(count 'two begins') -gt $((begun + 1)) ]"
if [ -e $logs/supervisor.log.1 ] && grep -q 'one: started' $logs/supervisor.log; then ok 'the log of the supervisor is bounded too'; else not_ok 'the log of the supervisor is bounded too'; fi
kill $follower
wait $follower 2>/dev/null
follower=
