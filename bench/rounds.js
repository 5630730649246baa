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

// Between the two that are nearest.
function part(list, share) {
	const sorted = list.slice().sort((a, b) => a - b), place = (list.length - 1) * share, low = Math.floor(place);
	return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
const columns = (words) => words.map((word) => word.padStart(10)).join(' ');

async function main() {
	const steps = new Map();
	let first = null;
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const run = JSON.parse(line);
		first ??= run;
		if (!steps.has(run.step))
			steps.set(run.step, new Map());
		const rounds = steps.get(run.step);
		rounds.set(run.round, [...(rounds.get(run.round) ?? []), run]);
	}
	if (first)
		console.log(`${'ms, medians'.padEnd(26)} ${columns([first.first, first.second, 'ratio', 'quartiles', '',
			'rounds', 'turns'])}`);
	for (const [step, all] of steps) {
		const rounds = [...all.values()].filter((runs) => runs.length === 2), runs = rounds.flat();
		if (!rounds.length)
			continue;
		const medians = [0, 1].map((side) => part(runs.map((run) => run.medians[side]), 0.5));
		const visits = runs.flatMap(({ ratios }) => ratios);
		const each = rounds.map((pair) => Math.sqrt(part(pair[0].ratios, 0.5) * part(pair[1].ratios, 0.5)));
		console.log(`${step.padEnd(26)} ${columns([...medians.map((time) => time.toFixed(2)),
			part(visits, 0.5).toFixed(3), ...[0.25, 0.75].map((share) => part(each, share).toFixed(3)),
			String(rounds.length), String(visits.length)])}`);
	}
}
main();
