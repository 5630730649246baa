// SPDX-License-Identifier: GPL-2.0-or-later
// One question to the database for each request, on one connection that stays.
'use strict';
const http = require('http');
const net = require('net');

const waiting = [];
let said = '';
const db = net.connect(6379, 'db');
db.setNoDelay(true);
db.setEncoding('latin1');
db.write('*3\r\n$3\r\nSET\r\n$5\r\nprice\r\n$4\r\n12.5\r\n');
waiting.push(() => {});
db.on('data', (text) => {
  said += text;
  for (;;) {
    // "+OK", or "$4" and the value.
    const answer = /^(?:\+[^\r]*\r\n|\$(\d+)\r\n([^\r]*)\r\n)/.exec(said);
    if (!answer) return;
    said = said.slice(answer[0].length);
    waiting.shift()(answer[2]);
  }
});

const server = http.createServer((request, response) => {
  waiting.push((price) => {
    const body = JSON.stringify({article: request.url, price});
    response.writeHead(200, {'Content-Type': 'application/json', 'Content-Length': body.length});
    response.end(body);
  });
  db.write('*2\r\n$3\r\nGET\r\n$5\r\nprice\r\n');
});
server.keepAliveTimeout = 0;
server.listen(3000);
