#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A failure says once what the kernel said: fault_sentence() adds it, so no text given to fault()
# names the errno itself.
set -euo pipefail
cd "${1-$(dirname "$0")/..}"

status=0
while IFS= read -r file; do
  if grep -Pzoq '\bfault(_of)?\([^;]*strerror' "$file"; then
    echo "$file: a text of fault() says the errno, which is added to it anyway"
    status=1
  fi
done < <(find src -name '*.c')
exit $status
