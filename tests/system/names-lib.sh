# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For tests of names outside: a network namespace that plays the host, and a neighbour at 10.77.0.2 to .5
# who has name servers.  What is started for it, and noted in servers, ends with the test.
# shellcheck disable=SC2154
for program in node curl ip nft nsenter; do
  command -v $program >/dev/null || skip_all "needs $program"
done
servers=()
clean_up() {
  take_down "$stack"
  for process in $neighbour "${servers[@]}"; do kill "$process"; done
}
make_neighbour 2 3 4 5
ip route add default via 10.77.0.2

# A name server for example.com whose answers stand in a file; what it was asked for is in another.
put "$folder/dns.js" <<'END'
const dgram = require('node:dgram'), fs = require('node:fs');
const [address, table, log] = process.argv.slice(2);
const name = (text) => Buffer.concat([...text.split('.').map((label) =>
  Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);
const record = (owner, type, ttl, data) => {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0); fixed.writeUInt16BE(1, 2); fixed.writeUInt32BE(ttl, 4); fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([name(owner), fixed, data]);
};
const server = dgram.createSocket('udp4');
server.on('message', (asked, from) => {
  const labels = [];
  let at = 12;
  while (asked[at]) { labels.push(asked.toString('latin1', at + 1, at + 1 + asked[at])); at += 1 + asked[at]; }
  const question = asked.subarray(12, at + 5), type = asked.readUInt16BE(at + 1);
  let owner = labels.join('.').toLowerCase(), answers = [];
  fs.appendFileSync(log, `${owner} ${type}\n`);
  const rows = fs.readFileSync(table, 'utf8').trim().split('\n').map((row) => row.split(' '));
  const known = rows.some(([of]) => of === owner);
  for (let i = 0; i < 8; i++) {
    const alias = rows.find(([of, kind]) => of === owner && kind === 'CNAME');
    if (!alias) break;
    answers.push(record(owner, 5, Number(alias[2]), name(alias[3])));
    owner = alias[3];
  }
  for (const [of, kind, ttl, value] of rows)
    if (of === owner && kind === 'A' && type === 1) answers.push(record(owner, 1, Number(ttl), Buffer.from(value.split('.').map(Number))));
  const header = Buffer.alloc(12);
  header.writeUInt16BE(asked.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8180 | (known ? 0 : 3), 2);
  header.writeUInt16BE(1, 4); header.writeUInt16BE(answers.length, 6);
  server.send(Buffer.concat([header, question, ...answers]), from.port, from.address);
});
server.bind(53, address);
END
# By $folder/table, at that address of the neighbour; what it was asked for is in $folder/asked.
answer_names() { # ADDRESS
  touch "$folder/asked"
  nsenter -t "$neighbour" -n node "$folder/dns.js" "$1" "$folder/table" "$folder/asked" &
  servers+=($!)
}
