#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every file of ours says its licence in its first two lines, but for text, lists of
# sources and the example that is the design's own text.
set -euo pipefail
cd "${1-$(dirname "$0")/..}"

status=0
while IFS= read -r file; do
  case $file in
    LICENSE | */meson.build | examples/design.yaml | *.md | *.json | *.txt | *.tsv | .gitignore | .clang-* | .ci/* | tests/golden/* | tests/fuzz/corpus/*) continue ;;
  esac
  if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later'; then
    echo "$file: no SPDX line"
    status=1
  fi
done < <(git ls-files 2>/dev/null || find . -type f -not -path './build*' -not -path './.git*')
exit $status
