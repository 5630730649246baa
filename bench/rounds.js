// SPDX-License-Identifier: GPL-2.0-or-later
// rounds.js < LINES: the table of what bench/turns.js printed in several rounds.
//
// One process is faster than the next of the same program, by how its memory lies and what its
// compiler found worth its while, and stays so for all its life: that is more than what is measured
// here.  So each round is of new processes.  Who is started first is slower, too: a round is two runs,
// one after the other, in which each was first.  The ratio is the median of all visits of whole
// rounds; the quartiles of the rounds' own medians beside it say how far to trust it.
'use strict';
const readline = require('node:readline');

const part = (list, share) => list.slice().sort((a, b) => a - b)[Math.floor((list.length - 1) * share)];
const columns = (words) => words.map((word) => word.padStart(10)).join(' ');

async function main() {
	const steps = new Map();
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const round = JSON.parse(line);
		if (!steps.has(round.step))
			steps.set(round.step, []);
		steps.get(round.step).push(round);
	}
	for (const [step, rounds] of steps) {
		if (rounds === steps.values().next().value)
			console.log(`${'ms, medians'.padEnd(26)} ${columns([rounds[0].first, rounds[0].second,
				'ratio', 'quartiles', '', 'rounds', 'turns'])}`);
		const whole = rounds.slice(0, rounds.length & ~1);
		const each = whole.map(({ ratios }) => part(ratios, 0.5));
		const ratios = each.flatMap((ratio, index) => index % 2 ? [Math.sqrt(each[index - 1] * ratio)] : []);
		const visits = whole.flatMap((round) => round.ratios);
		if (!ratios.length)
			continue;
		const medians = [0, 1].map((side) => part(whole.map((round) => round.medians[side]), 0.5));
		console.log(`${step.padEnd(26)} ${columns([...medians.map((time) => time.toFixed(2)),
			part(visits, 0.5).toFixed(3), ...[0.25, 0.75].map((share) => part(ratios, share).toFixed(3)),
			String(ratios.length), String(visits.length)])}`);
	}
}
main();
