# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the files of bench/peers have in common.  Each is run as
#     NAME have                    1 when it cannot run here, with the reason on one line
#     NAME version                 one line
#     NAME lacks                   what it does not do of the common work
#     NAME command DIR PROGRAM...  the words, one a line, that run PROGRAM with the common work done;
#                                  what they need is made in DIR, where the bench has put
#                                  `list` and `calls` (bench/common.list) and `filter`
# and defines `program` (what must be installed), `lacks`, `version` and `command_of PROGRAM...`.
# shellcheck disable=SC2154 # program and lacks are the peer's
set -euo pipefail

words() { printf '%s\n' "$@"; }
binds() { sed -n 's/^bind //p' "$dir/list"; }
calls() { cat "$dir/calls"; }

# A folder that binds can be made in, as those need who do not make the root themselves.
make_root() { # FOLDER
  local path
  mkdir -p "$1"/{usr,etc,proc,run,tmp,dev,sys}
  ln -sfn usr/bin "$1/bin"
  ln -sfn usr/sbin "$1/sbin"
  ln -sfn usr/lib "$1/lib"
  ln -sfn usr/lib64 "$1/lib64"
  while IFS= read -r path; do
    if [[ $path == /usr/* ]]; then
      continue # comes with /usr
    elif [ -d "$path" ]; then
      mkdir -p "$1$path"
    else
      mkdir -p "$(dirname "$1$path")"
      touch "$1$path"
    fi
  done < <(binds)
}

# Words for each bind, by printf's FORMAT with the path twice.
each_bind() { # FORMAT
  local path
  while IFS= read -r path; do
    # shellcheck disable=SC2059 # the format is ours
    printf -- "$1\n" "$path" "$path"
  done < <(binds)
}

can_run() { :; }

peer() {
  local action=${1-}
  dir=${2-}
  case $action in
    have)
      command -v "$program" >/dev/null || { echo "$program is not installed"; return 1; }
      can_run
      ;;
    version) version ;;
    lacks) echo "$lacks" ;;
    command)
      shift 2
      command_of "$@"
      ;;
    *) echo "usage: $0 have | version | lacks | command DIR PROGRAM..." >&2; return 2 ;;
  esac
}
