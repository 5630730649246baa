# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Counting tests: one line each, and the sum at the end.  Sourced by tools/test, which gives a
# folder for what they print.
passed=0 failed=0 skipped=0
: "${scratch:=/tmp}"

ok() { passed=$((passed + 1)); echo "ok $1"; }
not_ok() { failed=$((failed + 1)); echo "not ok $1${2:+: $2}"; }
skip() { skipped=$((skipped + 1)); echo "skip $1${2:+: $2}"; }

# Count the lines `ok NAME`, `not ok NAME: why`, `skip NAME: why` of FILE, each below GROUP.
# A program that ends badly without having said so has failed; one that says nothing too.
count_lines() { # GROUP FILE STATUS
  local line before=$((passed + failed + skipped)) bad=$failed
  while IFS= read -r line; do
    case $line in
      'ok '*) ok "$1: ${line#ok }" ;;
      'not ok '*) not_ok "$1: ${line#not ok }" ;;
      'skip '*) skip "$1: ${line#skip }" ;;
    esac
  done <"$2"
  if [ "$3" != 0 ] && [ "$failed" = "$bad" ]; then
    not_ok "$1" "it ended with status $3"
  elif [ $((passed + failed + skipped)) = "$before" ]; then
    not_ok "$1" "it says nothing"
  fi
  [ "$failed" = "$bad" ] || show_tail "$2"
}

# The same for the output of a cmocka program, or of one that only says in its last line what it
# compared; status 77 is a skip of all of it.
count_cmocka() { # GROUP FILE STATUS
  local line reason='' before=$((passed + failed + skipped)) bad=$failed
  local -A told=()
  if [ "$3" = 77 ]; then
    skip "$1" "$(grep -v '^\[' "$2" | tail -n 1)"
    return
  fi
  while IFS= read -r line; do
    case $line in
      '[       OK ] '*) ok "$1: ${line#'[       OK ] '}" ;;
      'SKIP: '*) reason=${line#'SKIP: '} ;;
      '[  SKIPPED ] '*) # twice: where it happens, and in a list at the end
        line=${line#'[  SKIPPED ] '}
        if [[ $line != *' test(s)'* ]] && [ -z "${told[$line]-}" ]; then
          skip "$1: $line" "$reason"
          told[$line]=1
        fi
        ;;
      '[  FAILED  ] '*) [[ $line == *' test(s)'* ]] || failing["${line#'[  FAILED  ] '}"]=1 ;;
    esac
  done <"$2"
  for line in "${!failing[@]}"; do not_ok "$1: $line"; done
  failing=()
  if [ "$3" != 0 ] && [ "$failed" = "$bad" ]; then
    not_ok "$1" "it ended with status $3"
  elif [ $((passed + failed + skipped)) = "$before" ]; then
    ok "$1: $(tail -n 1 "$2")"
  fi
  [ "$failed" = "$bad" ] || show_tail "$2"
}
declare -A failing=()

show_tail() { tail -n 40 "$1" | sed 's/^/    | /'; }

# One command, one test.
check() { # NAME COMMAND...
  local name=$1 status=0
  shift
  "$@" >"$scratch/output" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    ok "$name"
  else
    not_ok "$name" "status $status"
    show_tail "$scratch/output"
  fi
}

summary() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
