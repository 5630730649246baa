#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A reload that fails, or is killed at whatever step, leaves one policy or the other.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
stack=reload-kill
door=17444
clean_up() { take_down $stack; }
# shellcheck source=tests/system/reload-lib.sh
. tests/system/reload-lib.sh

write "{to: \"db:5433\", bandwidth: 4mbit}, $always"
expect 0 'up' bulkhead up
before=$(processes)
asked open/kept/keep/7000 open 'an edge leads to keep'
asked open/new/db/5433 open 'and one to db'

# What fails changes nothing.
write "$always, db:5432" keep:7001
now=$(rules)
expect 4 'a reload fails in the second namespace' bulkhead reload --fail-after 214
same "$now" "$(rules)" 'and all is as it was'
expect 4 'or at its last step' bulkhead reload --fail-after 223
same "$now" "$(rules)" 'as well'
expect 4 'or when all was done and nobody told' bulkhead reload --fail-after 204
same "$now" "$(rules)" 'as well'
asked say/new/10 heard 'by which it goes on'
asked open/none/db/5432 EPERM 'and others do not'
echo 'services: {web: {conects: []}}' >>"$policy"
expect 2 'a bad policy is refused' bulkhead reload
same "$now" "$(rules)" 'and nothing is touched'

# Killed at each step; what is left is seen, and mended by the next.
write "{to: \"db:5433\", bandwidth: 4mbit}, $always"
expect 0 'once more by the first' bulkhead reload
now=$(rules)
for step in 201 202 211 214 216 217 220 223 203 204 205; do
  write "{to: \"db:5433\", bandwidth: 4mbit}, $always"
  expect 0 "all is as before $step" bulkhead reload
  write "$always, db:5432" keep:7001
  expect 137 "a reload is killed at $step" bulkhead reload --kill-after "$step"
  asked say/kept/10 heard "at $step what is open goes on"
  if [ "$step" != 201 ]; then
    expect 1 "status says so of $step" bulkhead status
    says 'a reload was cut off' "in words of $step"
  fi
  if [ $((step % 3)) = 0 ]; then
    expect 0 "the next goes on from $step" bulkhead reload
    asked open/none/db/5432 open "and is in force after $step"
  else
    write "{to: \"db:5433\", bandwidth: 4mbit}, $always"
    expect 0 "the one before goes on from $step" bulkhead reload
    asked open/none/db/5432 EPERM "and is in force after $step"
    same "$now" "$(rules)" "as it was before $step"
  fi
  expect 0 "as planned after $step" bulkhead status
done
write "$always, db:5432" keep:7001
expect 0 'by the other' bulkhead reload
write "$always, db:5433"
expect 137 'one that is killed' bulkhead reload --kill-after 214
kill -9 "$(pid_of launcher)"
write "$always, db:5432" keep:7001
expect 0 'is mended by up as well' bulkhead up
says 'a reload was cut off' 'which says so'
expect 0 'and adopts' bulkhead status
same "$before" "$(processes)" 'everybody'
asked say/kept/10 heard 'and what is open'
kill -9 "$(pid_of launcher)"
within 5 'without a launcher' gone "$(pid_of supervisor)"
write "$always, db:5433"
expect 0 'edges change too' bulkhead reload
says 'the next goes on by it' 'for the next'
asked open/new/db/5433 open 'and count'
expect 0 'which adopts' bulkhead up
expect 0 'by the same' bulkhead status
same "$before" "$(processes)" 'everybody'

expect 0 'down' bulkhead down
