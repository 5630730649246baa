# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For tests that ask what `bulkhead net` says: `shows` asks anew, `and_shows` looks at the same answer.
# shellcheck disable=SC2154

# An expression in JavaScript about what `net --json` says, its `edges` and `denials`, is true.
cat >"$folder/holds.js" <<'END'
const { edges, denials } = JSON.parse(require('node:fs').readFileSync(process.argv[2]));
const only = (all, what) => {
  const found = all.filter((one) => Object.entries(what).every(([key, value]) => one[key] === value));
  return found.length === 1 ? found[0] : undefined;
};
const edge = (port, from) => edges.find((one) => one.port === port && (!from || one.from === from || one.to === from));
const leads = (to, port) => only(edges, { to, port });
const denial = (what) => only(denials, what);
const lines = (one) => one.lines.map(({ service, key, item }) => [service, key, item].join(' ')).join(', ');
const within = (number, least, most) => number >= least && number <= most;
process.exit(eval(process.argv[3]) ? 0 : 1);
END
and_shows() { # NAME EXPRESSION
  if node "$folder/holds.js" "$folder/net.json" "$2" 2>"$folder/why"; then
    ok "$1"
  else
    not_ok "$1" "not $2: $(grep -m 1 Error "$folder/why")"
    sed 's/^/  /' "$folder/net.json" | tail -n 60
  fi
}
shows() { # NAME EXPRESSION
  bulkhead net --json >"$folder/net.json" 2>&1
  and_shows "$@"
}
line_of() { grep -n -- "$1" "$policy" | head -n 1 | cut -d: -f1; } # TEXT
