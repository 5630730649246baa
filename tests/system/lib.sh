# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For tests in tests/system/*.sh: `. tests/system/lib.sh` first (they start in the source folder).
# They say one line for each thing shown: `ok NAME`, `not ok NAME: why`, `skip NAME: why`, and
# count in tools/test, which gives them BULKHEAD (a test build) and root.
#
#     expect 0 'a good policy passes' "$BULKHEAD" check -f "$folder/good.yaml"
#     expect 2 'a bad one does not'   "$BULKHEAD" check -f "$folder/bad.yaml"
#     says 'did you mean' 'and it says what to type'
set -uo pipefail

: "${BULKHEAD:=build-test/bulkhead}"
bad=0

ok() { echo "ok $1"; }
not_ok() {
  echo "not ok $1${2:+: $2}"
  bad=1
}
skip() { echo "skip $1${2:+: $2}"; }

# End the test here: nothing in it can be tried on this machine.
skip_all() { # WHY
  skip all "$1"
  exit 0
}

[ "$(id -u)" = 0 ] || skip_all 'needs root'

# A folder that root alone may write, as policies must lie in one; removed at the end.
folder=$(mktemp -d /run/bulkhead-test.XXXXXX)
chmod 755 "$folder"
output=$folder/.output

# Called at the end, however it ends; a test may define `clean_up` for what it made.
finish() {
  local status=$?
  if declare -F clean_up >/dev/null; then clean_up; fi
  rm -rf --one-file-system "$folder"
  [ "$bad" = 0 ] || exit 1
  exit $status
}
trap finish EXIT
trap 'exit 143' INT TERM HUP

# Run COMMAND; its status must be STATUS.  What it printed is then in $output.
expect() { # STATUS NAME COMMAND...
  local wanted=$1 name=$2 status=0
  shift 2
  "$@" >"$output" 2>&1 </dev/null || status=$?
  if [ "$status" = "$wanted" ]; then
    ok "$name"
  else
    not_ok "$name" "status $status instead of $wanted: $(tail -n 1 "$output")"
    sed 's/^/  /' "$output" | tail -n 20
  fi
}

# The last command of `expect` printed TEXT.
says() { # TEXT NAME
  if grep -qF -- "$1" "$output"; then
    ok "$2"
  else
    not_ok "$2" "no '$1' in what it printed"
    sed 's/^/  /' "$output" | tail -n 20
  fi
}

# COMMAND succeeds within SECONDS.
within() { # SECONDS NAME COMMAND...
  local end=$((SECONDS + $1)) name=$2
  shift 2
  until "$@" >"$output" 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      not_ok "$name" 'not in time'
      return 1
    fi
    sleep 0.1
  done
  ok "$name"
}

# Make a folder or file as root would, mode 755 or 644.
put() { # FILE < TEXT
  mkdir -p "$(dirname "$1")"
  cat >"$1"
  chmod 644 "$1"
}

# For tests that bring a stack up: they set `stack`, and write its policy to $policy.
roles=$PWD/roles policy=$folder/bulkhead.yaml stack=

# By that policy and the roles of this tree.
bulkhead() { # VERB [OPERAND...]
  local verb=$1
  shift
  "$BULKHEAD" "$verb" --roles "$roles" --file "$policy" "$@"
}

# Down, and its logs away.
take_down() { # STACK...
  local name
  for name in "$@"; do
    "$BULKHEAD" down "$name" >/dev/null 2>&1
    rm -rf "/var/log/bulkhead/$name"
  done
}

# What the state of $stack says of services/NAME, gateway, launcher ...: a number.
pid_of() { # FILE [FIELD]
  sed -n "s/^ *\"${2:-pid}\": \([0-9]*\).*/\1/p" "/run/bulkhead/$stack/$1.json"
}

gone() { ! kill -0 "$1" 2>/dev/null; } # PID

# For tests that play the host, in a network namespace of their own (`unshare --net`): a neighbour,
# whose addresses are 10.77.0.N and fd77::N, by the link `wire`, which has N = 1 here.  Who makes one ends it.
neighbour=''
apart() { [ "$(readlink /proc/$$/ns/net)" != "$(readlink "/proc/$neighbour/ns/net")" ]; }
by() { nsenter -t "$neighbour" -n "$@"; } # COMMAND...: as the neighbour
make_neighbour() { # N...
  local number
  ip link set lo up
  unshare --net sleep 600 &
  neighbour=$!
  within 20 'a neighbour' apart
  ip link add wire type veth peer name wire netns "$neighbour"
  ip address add 10.77.0.1/24 dev wire
  ip address add fd77::1/64 dev wire nodad
  ip link set wire up
  by ip link set lo up
  for number in "$@"; do
    by ip address add "10.77.0.$number/24" dev wire
    by ip address add "fd77::$number/64" dev wire nodad
  done
  by ip link set wire up
}
knob() { echo "$2" >"/proc/sys/net/$1"; } # NAME VALUE
