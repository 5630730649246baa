// SPDX-License-Identifier: GPL-2.0-or-later
// turns.js ROUND VISITS NAME NAME COMMAND...
//
// COMMAND visits two shops of these names in the same way, one visit for each line of input, which is
// the shop's number, and answers it by its steps: [[NAME, MILLISECONDS], ...]
// (examples/visitors.js).  They take turns, in random order, so that whatever else the machine does falls on
// both alike, and no visit begins before what goes on behind the last one is done: mails, indexes.
// Within a visit a step follows the last one at once, as a customer's browser has it: after each pause the
// kernel's code would have to be fetched anew.  Prints for each step a line of JSON for bench/rounds.js:
// the round that it belongs to, the medians, and the ratio of each visit (first to second).  Ends with
// 1 when COMMAND fails: what fails fast is not fast.
'use strict';
const { spawn } = require('node:child_process');
const { openSync, readFileSync, writeSync } = require('node:fs');
const readline = require('node:readline');

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1];

class Visitors {
	constructor(command) {
		this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
		this.lines = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
		this.child.stdin.on('error', () => {});	// its end shows where its answer is awaited
	}

	async turn(shop, index) {
		this.child.stdin.write(`${shop.number}\n`);
		const { value, done } = await this.lines.next();
		if (done)
			throw new Error(`${shop.name}: the visitors ended`);
		for (const [place, [step, took]] of JSON.parse(value).entries()) {
			if (!shop.times.has(step))
				shop.times.set(step, []);
			shop.times.get(step).push({ index: `${index}, ${place}`, took });
		}
	}

	async end() {
		this.child.stdin.end();
		if (this.child.exitCode === null)
			await new Promise((resolve) => this.child.on('exit', resolve));
		return this.child.exitCode;
	}
}

function print(round, first, second) {
	for (const [step, before] of first.times) {
		const after = second.times.get(step);
		if (!after || before.some(({ index }, place) => after[place]?.index !== index))
			throw new Error(`the two do not take the same steps: ${step}`);
		const [name, other] = [first.name, second.name];
		console.log(JSON.stringify({ step, round, first: name, second: other,
			medians: [before, after].map((list) => median(list.map(({ took }) => took))),
			ratios: before.map(({ took }, place) => Number((took / after[place].took).toFixed(4))) }));
	}
}

// Until this process ends no processor halts (Documentation/power/pm_qos_interface.rst of the kernel):
// of a virtual machine, a step's time is else mostly that of waking those that sleep.
function stay_awake() {
	try {
		writeSync(openSync('/dev/cpu_dma_latency', 'w'), Buffer.alloc(4));
	} catch (error) {
		console.error(`turns.js: processors may halt: ${error.message}`);
	}
}

// Until nothing but this runs, by three looks; a second at most.
async function rest() {
	for (let looks = 0, quiet = 0; quiet < 3 && looks < 250; looks++) {
		await new Promise((resolve) => setTimeout(resolve, 4));
		const [, running] = / (\d+)\//.exec(readFileSync('/proc/loadavg', 'latin1'));
		quiet = running === '1' ? quiet + 1 : 0;
	}
}

async function run(round, count, visitors, [first, second]) {
	const warm = 24;	// the compilers are busy at first
	for (let index = -warm; index < count; index++) {
		for (const shop of Math.random() < 0.5 ? [first, second] : [second, first]) {
			await rest();
			await visitors.turn(shop, index);
		}
		if (index < 0)
			[first, second].forEach((shop) => shop.times.clear());
	}
	print(round, first, second);
}

const [round, count, first, second, ...command] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(count) || !command.length) {
	console.error('usage: turns.js ROUND VISITS NAME NAME COMMAND...');
	process.exit(2);
}
stay_awake();
const visitors = new Visitors(command);
const shops = [first, second].map((name, number) => ({ name, number, times: new Map() }));
run(round, Number(count), visitors, shops).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
}).then(() => visitors.end()).then((status) => {
	if (status !== 0)
		process.exitCode = 1;
});
