// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to the shop, timed.  There is no second try: an unexpected answer is a failure.
'use strict';

class Measures {
	constructor() {
		this.steps = new Map();	// name: milliseconds of each time
		this.failures = [];
		this.turn = null;	// told of each step how long it took
		this.inside = false;
	}

	took(step, milliseconds) {
		if (!this.steps.has(step))
			this.steps.set(step, []);
		this.steps.get(step).push(milliseconds);
	}

	// Run `action`, which answers by something or throws.
	async time(step, action) {
		if (!this.turn || this.inside)	// a step may be made of others
			return this.run(step, action);
		this.inside = true;
		try {
			return await this.run(step, action);
		} finally {
			this.inside = false;
			this.turn.done(step, this.steps.get(step)?.at(-1));
		}
	}

	async run(step, action) {
		const begin = performance.now();
		try {
			const answer = await action();
			this.took(step, performance.now() - begin);
			return answer;
		} catch (error) {
			throw new Error(`${step}: ${error.cause?.message ?? error.message}`);
		}
	}
}

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1];

// One client of one of the two APIs.
class Api {
	constructor(base, name, measures) {
		this.url = `${base}/${name}`;
		this.measures = measures;
		this.headers = { 'apollo-require-preflight': '1' };
	}

	ask(step, query, variables = {}, upload = null) {
		return this.measures.time(step, async () => {
			const headers = { ...this.headers };
			const question = JSON.stringify({ query, variables });
			if (!upload)
				headers['content-type'] = 'application/json';
			const response = await fetch(this.url, { method: 'POST', headers, body: upload ? upload(question) : question });
			const { data, errors } = await response.json();
			const token = response.headers.get('vendure-auth-token');
			if (token)
				this.headers.authorization = `Bearer ${token}`;
			if (response.status !== 200 || errors)
				throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
			return data;
		});
	}
}

async function get(measures, step, url, isGood) {
	return measures.time(step, async () => {
		const response = await fetch(url);
		const body = Buffer.from(await response.arrayBuffer());
		if (response.status !== 200 || !isGood(body))
			throw new Error(`status ${response.status}, ${body.length} bytes of ${url}`);
		return body;
	});
}

// What comes in its own time: ask until there is something.  Soon again: it is measured.  The first
// time at any moment: else it is measured in steps of what asking takes.
async function until(measures, step, seconds, look) {
	return measures.time(step, async () => {
		await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
		for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
			const found = await look();
			if (found)
				return found;
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
		throw new Error(`not in ${seconds} seconds`);
	});
}

function same(what, got, wanted) {
	if (got !== wanted)
		throw new Error(`${what}: ${got} instead of ${wanted}`);
}

module.exports = { Api, Measures, get, median, same, until };
