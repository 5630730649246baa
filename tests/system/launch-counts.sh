#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a launch costs, in numbers that no load changes: system calls of the whole command and all
# its processes, for its first 25 mounts of the host and for each further one; programs executed;
# readings of the table of mounts; the length of the filters.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v strace >/dev/null || skip_all 'strace is not installed'
[ "$(uname -m)" = x86_64 ] || skip_all 'counted on x86-64'
strace -o /dev/null true 2>/dev/null || skip_all 'strace may not trace here'

# Without what closes entries of /proc.  The goal is 450: the difference is what a launch does beside
# the view (policy, guard, cgroup programs, confinement of the init).
# Ten of them since a cgroup has a map of what it refuses.
calls_most=750 closing_most=3 mount_most=5 filter_most=400
stack=launch-counts

policy_of() { # FILES
  local i
  printf 'bulkhead: 1\nstack: %s\nservices:\n  one:\n    role: worker\n' "$stack"
  printf '    command: /usr/bin/true\n    files:\n      read:\n'
  for ((i = 0; i < $1; i++)); do
    echo "        - $folder/files/$i"
  done
}

# Launch by a policy with FILES declared; twice, as the first looks around.  $output is the trace.
launch() { # FILES [OPTION...]
  local files=$1
  shift
  policy_of "$files" | put "$policy"
  bulkhead run one >/dev/null 2>&1 || return
  strace -f "$@" -o "$output" "$BULKHEAD" run --roles "$roles" --file "$policy" one >/dev/null 2>&1
}

planned() { bulkhead plan --json 2>/dev/null | grep -c "\"kind\": \"$1\""; }
calls() { awk '$NF == "total" {print $4}' "$output"; }

at_most() { # NUMBER MOST NAME
  if [ "$1" -le "$2" ]; then ok "$3: $1"; else not_ok "$3" "$1 are more than $2"; fi
}

mkdir "$folder/files"
for ((i = 0; i < 80; i++)); do echo "$i" >"$folder/files/$i"; done
chmod 755 "$folder/files"

launch 1 -c || { not_ok 'a launch can be traced'; exit 1; }
few=$((25 - $(planned bind) + 1))
[ "$few" -gt 0 ] || skip_all 'the role alone has more than 25 mounts here'

launch "$few" -c
first=$(calls) closed=$(planned mask)
launch $((few + 40)) -c
further=$((($(calls) - first + 20) / 40))

launch "$few" -e trace=open_tree,move_mount
closing=$(grep -Ec '"\.closed|"proc/' "$output")
at_most $((closing / closed)) $closing_most "calls that close one of $closed entries of /proc"
at_most $((first - closing)) $calls_most 'other calls of a launch with 25 mounts (the goal is 450)'
at_most $further $mount_most 'calls for each further mount'

launch "$few" -e trace=execve,execveat
at_most "$(grep -Ec 'exec(ve|veat)\(' "$output")" 2 'programs executed, bulkhead and the command'

launch "$few" -e trace=open,openat,openat2
at_most "$(grep -c mountinfo "$output")" 0 'readings of the table of mounts'

launch "$few" -e trace=seccomp
longest=$(sed -n 's/.*{len=\([0-9]*\).*/\1/p' "$output" | sort -n | tail -n 1)
at_most "${longest:-99999}" $filter_most 'instructions of the longest filter'
