// SPDX-License-Identifier: GPL-2.0-or-later
// A mail sink: takes every mail and writes one file for each.
// smtp.js PORT FOLDER
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const [port, folder] = process.argv.slice(2);
let count = 0;

class Session {
	constructor(socket) {
		this.socket = socket;
		this.text = '';
		this.mail = null;	// while it is sent: its lines
		socket.setEncoding('latin1');
		socket.on('error', () => {});
		socket.on('data', (part) => this.take(part));
		this.say('220 sink ESMTP');
	}

	say(line) {
		this.socket.write(`${line}\r\n`);
	}

	take(part) {
		this.text += part;
		for (let end; (end = this.text.indexOf('\r\n')) >= 0;) {
			const line = this.text.slice(0, end);
			this.text = this.text.slice(end + 2);
			if (this.mail)
				this.add(line);
			else
				this.command(line.slice(0, 4).toUpperCase());
		}
	}

	add(line) {
		if (line !== '.') {
			this.mail.push(line.replace(/^\.\./, '.'));
			return;
		}
		fs.writeFileSync(path.join(folder, `${Date.now()}-${++count}.eml`), this.mail.join('\n') + '\n');
		this.mail = null;
		this.say('250 stored');
	}

	command(word) {
		if (word === 'DATA') {
			this.mail = [];
			this.say('354 go on');
		} else if (word === 'QUIT') {
			this.say('221 bye');
			this.socket.end();
		} else {
			this.say('250 ok');
		}
	}
}

net.createServer((socket) => new Session(socket))
	.listen(Number(port), '127.0.0.1', () => console.log(`smtp listens on ${port}`));
