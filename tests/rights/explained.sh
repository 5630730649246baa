#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each right that no driver needs, by docs/proof/rights.json (or by the rows VERDICT WHOSE KEY ITEM of
# a file), has its row in docs/roles.md, `| WHOSE | KEY ITEM | operation | source |`, and its reason
# where it is given; and each such row speaks of a right that is not needed.
set -euo pipefail
cd "$(dirname "$0")/../.."
status=0
tab=$'\t'

complain() { echo "$*"; status=1; }
rows_of_json() {
  perl -ne 'next unless /^    "([^"]+)": \{"needed": \d+, "unneeded": \[(.*?)\]/;
    my $whose = $1; print "unneeded\t$whose\t", $_ =~ s/ /\t/r, "\n" for $2 =~ /"([^"]+)"/g' docs/proof/rights.json
}
# A row may name several roles, and several rights.
told() {
  perl -ne 'next unless /^\| (`[^|]+`) \| (`[^|]+ [^|]+`) \| [^|]{10,} \| [^|]{4,} \|$/;
    my ($roles, $rights) = ($1, $2);
    for my $role ($roles =~ m{`([a-z/-]+)`}g) { print "$role\t$1\t$2\n" while $rights =~ /`([a-z.-]+) ([^`]+)`/g }' docs/roles.md |
    sort
}

rows=$(told)
unneeded=$({ if [ $# -gt 0 ]; then cat "$1"; else rows_of_json; fi; } | sed -n "s/^unneeded$tab//p" | sort)
while IFS=$tab read -r whose key item; do
  [ -n "$whose" ] || continue
  grep -qxF -- "$whose$tab$key$tab$item" <<<"$rows" ||
    complain "nobody needs $key $item of $whose: take it away, or write a row in docs/roles.md"
  [ ! -e "roles/$whose.yaml" ] || grep -E -- "(#|why:)" "roles/$whose.yaml" | grep -wF -- "${item##*/}" >/dev/null ||
    complain "roles/$whose.yaml gives no reason for $key $item"
done <<<"$unneeded"
while IFS= read -r row; do
  [ -z "$row" ] || grep -qxF -- "$row" <<<"$unneeded" || complain "docs/roles.md: $row is needed by now, or gone"
done <<<"$rows"
exit $status
