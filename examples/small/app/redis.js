// SPDX-License-Identifier: GPL-2.0-or-later
// A small client of the Redis protocol (RESP2): enough for queues and values.
'use strict';
const net = require('node:net');

// Read one answer at `at`: [value, next], or null when it is not there whole yet.
function parse(text, at) {
	const end = text.indexOf('\r\n', at);
	if (end < 0)
		return null;
	const line = text.slice(at + 1, end);
	const next = end + 2;
	switch (text[at]) {
	case '+': return [line, next];
	case '-': return [new Error(line), next];
	case ':': return [Number(line), next];
	case '$': {
		const length = Number(line);
		if (length < 0)
			return [null, next];
		return text.length < next + length + 2 ? null : [text.slice(next, next + length), next + length + 2];
	}
	case '*': {
		const items = [];
		let place = next;
		for (let left = Number(line); left > 0; left--) {
			const item = parse(text, place);
			if (!item)
				return null;
			items.push(item[0]);
			place = item[1];
		}
		return [Number(line) < 0 ? null : items, place];
	}
	default: throw new Error('not the Redis protocol');
	}
}

const patience = 30000;	// milliseconds: a stack's services start together, in no order

class Redis {
	constructor() {
		this.waiting = [];
		this.text = '';
		this.unsent = '';
		this.since = Date.now();
		this.connect();
		this.call('AUTH', process.env.CACHE_PASSWORD).catch((error) => this.end(error.message));
	}

	connect() {
		const socket = net.connect(6379, process.env.CACHE_HOST || 'cache');
		socket.setEncoding('latin1');
		socket.on('data', (part) => this.take(part));
		socket.on('error', (error) => {
			if (this.socket || Date.now() - this.since > patience)
				this.end(error.message);
			else
				setTimeout(() => this.connect(), 50);
		});
		socket.on('connect', () => {
			this.socket = socket;
			socket.write(this.unsent);
			// A service whose cache is gone ends; whoever supervises it starts it anew.
			socket.on('close', () => this.end('the cache is gone'));
		});
	}

	end(why) {
		console.error(why);
		process.exit(1);
	}

	take(part) {
		this.text += part;
		for (let answer; this.text && (answer = parse(this.text, 0));) {
			this.text = this.text.slice(answer[1]);
			const request = this.waiting.shift();
			if (!(answer[0] instanceof Error))
				request.resolve(answer[0]);
			else if (answer[0].message.startsWith('LOADING'))
				setTimeout(() => this.send(request), 50);	// it listens before it has read its data
			else
				request.reject(answer[0]);
		}
	}

	send(request) {
		this.waiting.push(request);
		if (this.socket)
			this.socket.write(request.text);
		else
			this.unsent += request.text;
	}

	call(...words) {
		const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
		const text = `*${words.length}\r\n${parts.join('')}`;
		return new Promise((resolve, reject) => this.send({ text, resolve, reject }));
	}
}

module.exports = { Redis };
