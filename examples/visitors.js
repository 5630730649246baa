// SPDX-License-Identifier: GPL-2.0-or-later
// The customers of one or of several shops in ONE process, who take turns: a visit for each line of
// input, which is the shop's number, answered by its steps and the milliseconds each took:
// [["search", 20.5], ["product", 8.1]].  bench/turns.js asks so.
//
// One process, since which of two processes of the same program is faster is luck, and more than
// what is measured.  Every shop has connections and a Math.random() of its own, so that all take the
// same steps, by STEPS_SEED.  The first is connected to where its address says, number N to 127.0.0.(N+1)
// instead: whoever starts this says what that is.
'use strict';
const net = require('node:net');
const readline = require('node:readline');

const chosen = Symbol.for('undici.globalDispatcher.1');	// by which fetch() finds its connections

// Connections as fetch() has them, but for where they go.
function connections(Agent, address) {
	return new Agent({
		connect({ hostname, port }, callback) {
			const answer = (error, socket) => {
				const once = callback;
				callback = () => {};
				once(error, socket);
			};
			const socket = net.connect({ host: address ?? hostname, port, noDelay: true, keepAlive: true });
			socket.once('connect', () => answer(null, socket)).on('error', answer);
		},
	});
}

class Turn {
	constructor(Agent, number) {
		this.connections = connections(Agent, number ? `127.0.0.${number + 1}` : null);
		this.seed = Number(process.env.STEPS_SEED ?? 1);
		this.begin = null;
		this.steps = [];
	}

	// Before each visit.
	wait() {
		return new Promise((resolve) => (this.begin = resolve));
	}

	// After each step.
	done(step, took) {
		this.steps.push([step, took]);
	}

	// After the visit.
	end() {
		console.log(JSON.stringify(this.steps));
		this.steps = [];
	}

	random() {
		return (this.seed = this.seed * 48271 % 2147483647) / 2147483647;
	}
}

// visit(URL, turn, folder) goes on for ever, for each of `shops`: [[URL, folder], ...].
async function takeTurns(shops, visit) {
	await fetch('data:,');	// fetch() has its connections from its first use on
	const Agent = globalThis[chosen].constructor;
	const turns = shops.map((_, number) => new Turn(Agent, number));
	const choose = (turn) => {
		globalThis[chosen] = turn.connections;
		Math.random = () => turn.random();
	};
	// Until they wait for their first turn, one after the other: they log in, say.
	for (const [number, [url, folder]] of shops.entries()) {
		choose(turns[number]);
		visit(url, turns[number], folder).catch((error) => {
			console.error(error.message);
			process.exit(1);
		});
		while (!turns[number].begin)
			await new Promise((resolve) => setTimeout(resolve, 5));
	}
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const turn = turns[Number(line)];
		choose(turn);
		turn.begin();
	}
	process.exit(0);
}

module.exports = { takeTurns };
