// SPDX-License-Identifier: GPL-2.0-or-later
// rounds.js ROUNDS NAME COMMAND... ++ NAME COMMAND...
//
// Two commands that answer each line of input by a line of JSON, {step: milliseconds}, take turns
// in random order, so that whatever else the machine does falls on both alike.  Prints for each
// step the medians and the median of the ratios, second to first of the same round; ends with 1
// when a command fails: what fails fast is not fast.
'use strict';
const { spawn } = require('node:child_process');
const readline = require('node:readline');

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1];

class Runner {
	constructor(name, command) {
		this.name = name;
		this.rounds = [];
		this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
		this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
		this.child.stdin.on('error', () => {});	// its end shows where its answer is awaited
	}

	async round() {
		this.child.stdin.write('again\n');
		const { value, done } = await this.lines.next();
		if (done)
			throw new Error(`${this.name} ended`);
		return JSON.parse(value);
	}

	async end() {
		this.child.stdin.end();
		if (this.child.exitCode === null)
			await new Promise((resolve) => this.child.on('exit', resolve));
		return this.child.exitCode;
	}
}

function print(first, second) {
	const columns = (words) => words.map((word) => word.padStart(10)).join(' ');
	console.log(`${'ms, medians'.padEnd(26)} ${columns([first.name, second.name, 'ratio', 'of rounds'])}`);
	for (const step of Object.keys(first.rounds[0])) {
		const both = first.rounds.map((times, index) => [times[step], second.rounds[index][step]])
			.filter(([before, after]) => before !== undefined && after !== undefined);
		const ratio = median(both.map(([before, after]) => after / before));
		console.log(`${step.padEnd(26)} ${columns([median(both.map(([before]) => before)).toFixed(1),
			median(both.map((pair) => pair[1])).toFixed(1), ratio.toFixed(3), String(both.length)])}`);
	}
}

async function run(count, [first, second]) {
	const warm = 3;
	for (let index = -warm; index < count; index++) {
		const order = Math.random() < 0.5 ? [first, second] : [second, first];
		for (const runner of order) {
			const times = await runner.round();
			if (index >= 0)
				runner.rounds.push(times);
		}
	}
	print(first, second);
}

const [count, ...words] = process.argv.slice(2);
const cut = words.indexOf('++');
if (!/^[1-9]\d*$/.test(count) || cut < 2 || words.length < cut + 3) {
	console.error('usage: rounds.js ROUNDS NAME COMMAND... ++ NAME COMMAND...');
	process.exit(2);
}
const runners = [words.slice(0, cut), words.slice(cut + 1)].map(([name, ...command]) => new Runner(name, command));
run(Number(count), runners).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
}).then(() => Promise.all(runners.map((runner) => runner.end()))).then((statuses) => {
	if (statuses.some((status) => status !== 0))
		process.exitCode = 1;
});
