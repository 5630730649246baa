# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For the drivers of tests/rights/drive: each puts a service through all that it is for, the rare
# operations too, and ends with 1 at the first thing that does not work, after its name.
#
#     drive/NAME prepare      once, into $TEMPLATE: what every try begins with
#     drive/NAME policy       the policy of the try in $WORK, to standard output
#     drive/NAME try          by the roles in $ROLES and $WORK/policy.yaml
#
# Several run at once: every try has a stack, a folder and a network of its own.  $DENY is a call to
# be denied besides, or empty.
set -uo pipefail

: "${BULKHEAD:=$PWD/build-test/bulkhead}" "${ROLES:=$PWD/roles}" "${TEMPLATE:=}" "${WORK:=}" "${DENY:=}"
# shellcheck disable=SC2034 # for drivers
stack=${WORK##*/} # rights-NAME-N
main=''           # the `run` of the daemon
pid=''            # the daemon's own process
log=$WORK/log    # what it says
helpers=()        # what else this driver started

not_ok() {
  echo "not ok $1${2:+: $2}"
  exit 1
}

ended() { ! kill -0 "$main" 2>/dev/null; }
status_of_main() {
  wait "$main"
  echo $?
}

# One thing that must work; what it printed stays in $WORK/said.
step() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$WORK/said" 2>&1 </dev/null || not_ok "$name" "$(tail -n 3 "$WORK/said" | tr '\n' ' ' | cut -c1-300)"
}

# It works within SECONDS, while the daemon runs.
soon() { # SECONDS NAME COMMAND...
  local end=$((SECONDS + 3 * $1)) name=$2 # this machine may be busy
  shift 2
  until "$@" >"$WORK/said" 2>&1 </dev/null; do
    [ $SECONDS -lt $end ] || not_ok "$name" "not in time: $(tail -n 2 "$WORK/said" | tr '\n' ' ' | cut -c1-200)"
    ! ended || not_ok "$name" "it has ended with $(status_of_main): $(tail -n 3 "$log" | tr '\n' ' ' | cut -c1-300)"
    sleep 0.05
  done
}

finish() {
  local status=$? one
  for one in "${helpers[@]}" "$main"; do [ -z "$one" ] || kill -KILL "$one" 2>/dev/null; done
  wait 2>/dev/null
  exit $status
}

children() { tr ' ' '\n' <"/proc/$1/task/$1/children"; } 2>/dev/null

# The grandchild of `run` that executes NAME; in between is its init.
find_pid() { # NAME
  local init child
  for init in $(children "$main"); do
    for child in $(children "$init"); do
      if [ "$(cat "/proc/$child/comm" 2>/dev/null)" = "$1" ]; then
        pid=$child
        return 0
      fi
    done
  done
  return 1
}

# `run SERVICE` in the background, until its process NAME is there.
start() { # SERVICE NAME
  local -a more=()
  trap finish EXIT
  trap 'exit 143' INT TERM HUP
  if [ -n "$DENY" ]; then
    printf 'bulkhead: 1\nservices: {%s: {syscalls: {deny: [%s]}}}\n' "$1" "$DENY" >"$WORK/deny.yaml"
    more=(-f "$WORK/deny.yaml")
  fi
  "$BULKHEAD" run --roles "$ROLES" -f "$WORK/policy.yaml" "${more[@]}" "$1" >"$WORK/log" 2>&1 </dev/null &
  main=$!
  soon 10 'it starts' find_pid "$2"
}

# Something of this machine in the daemon's network.
inside() { nsenter -t "$pid" -n "$@"; }
# The same in the background, until the driver ends.
beside() { # COMMAND...
  nsenter -t "$pid" -n "$@" </dev/null >"$WORK/beside" 2>&1 &
  helpers+=($!)
}
# A file of the daemon's view.
view() { echo "/proc/$pid/root$1"; }

# The daemon is told to end and ends with 0 (or one of STATUS...).
end_well() { # SIGNAL SECONDS [STATUS...]
  local status=0 end=$((SECONDS + 3 * $2)) one
  kill -"$1" "$main"
  until ended; do
    [ $SECONDS -lt $end ] || not_ok 'it ends well' 'not in time'
    sleep 0.05
  done
  wait "$main" || status=$?
  main=''
  for one in "${@:3}" 0; do [ "$status" != "$one" ] || return 0; done
  not_ok 'it ends well' "status $status: $(tail -n 2 "$log" | tr '\n' ' ')"
}

log_says() { grep -qE -- "$1" "$log"; }
quiet() { ! log_says "$1"; }
# What its log must not say.
no_complaint() { # PATTERN [EXCEPT]
  local found
  found=$(grep -E -- "$1" "$log" | grep -vE -- "${2:-^$}" | head -n 1)
  [ -z "$found" ] || not_ok 'it complains of nothing' "$found"
}

case ${1:-} in
  prepare) action=prepare ;;
  policy) action=policy ;;
  try) action=try ;;
  *) echo "usage: ${0##*/} prepare|policy|try" >&2; exit 2 ;;
esac
run_driver() { "$action"; }
