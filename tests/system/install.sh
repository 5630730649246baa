#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make install` after `make`: the programs that it installs are those that `make` builds.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v meson >/dev/null || skip_all 'needs meson'
build=$(dirname "$BULKHEAD")
[ -e "$build/build.ninja" ] || skip_all 'needs the folder of a build'

expect 0 'the build says what it installs' meson introspect "$build" --targets
installed=$(python3 -c 'import json, sys
for target in json.load(open(sys.argv[1])):
    if target["installed"] and target["type"] == "executable":
        print("\n".join(target["filename"]))' "$output")
made=$(ninja -C "$build" -t query product | sed 's/^[ |]*//')
[ -n "$installed" ] || not_ok 'programs are installed'
for program in $installed; do
  if grep -qxF "${program#"$(realpath "$build")/"}" <<<"$made"; then
    ok "make builds ${program##*/}"
  else
    not_ok "make builds ${program##*/}" "$program is installed, but not part of 'product'"
  fi
done

DESTDIR=$folder/root expect 0 'it installs' meson install -C "$build" --no-rebuild
for file in bin/bulkhead libexec/bulkhead/bulkhead-drill share/bulkhead/roles/redis.yaml \
  share/man/man1/bulkhead.1 share/man/man5/bulkhead.yaml.5 share/doc/bulkhead/policy.md; do
  if find "$folder/root" -path "*/$file" | grep -q .; then ok "$file is there"; else not_ok "$file is there"; fi
done
