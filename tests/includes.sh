#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every folder of src/ includes only what tests/includes.tsv lets it.  Prints what does not.
set -euo pipefail
cd "${1-$(dirname "$0")/..}"

find src -name '*.[ch]' -print0 | sort -z | xargs -0 grep -n '^#include "' |
  awk -F: -v table=tests/includes.tsv '
    BEGIN {
      while ((getline line <table) > 0) {
        if (line ~ /^#/) continue
        count = split(line, words, /[ \t]+/)
        known[words[1]] = 1
        for (i = 2; i <= count; i++) may[words[1], words[i]] = 1
      }
    }
    {
      split($1, path, "/"); folder = path[2]
      split($3, quoted, "\""); header = quoted[2]
      split(header, parts, "/"); from = parts[1]
      if (header == "config.h" || from == folder) next
      if (may[folder, from] || may[folder, header]) next
      print $1 ":" $2 ": " folder "/ may not include " header; bad = 1
    }
    !known[folder] && !said[folder]++ { print $1 ": folder " folder "/ is not in tests/includes.tsv"; bad = 1 }
    END { exit bad }'
