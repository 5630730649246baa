#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fifty kills of everything that runs, under customers; `make prove` has a thousand.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node nginx redis-server php-fpm8.2; do
  command -v $program >/dev/null || skip_all "needs $program"
done
tests/storm/storm 50 || bad=1
