// SPDX-License-Identifier: GPL-2.0-or-later
// customers.js BASE: orders, pages and the catalogue, again and again, until SIGTERM.  Each answer
// is right, refused (nobody there, or the edge says that nobody is behind it) or wrong.  Nothing is
// tried twice.  Last line: "N right, N refused, N wrong"; exit status 1 when one was wrong, or none
// was right.
'use strict';
const http = require('node:http');

const base = process.argv[2];
const count = { right: 0, refused: 0, wrong: 0 };
const refusals = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'LATE']);
let told = false;

function ask(method, path, body) {
	return new Promise((resolve) => {
		const request = http.request(base + path, { method, agent: false, timeout: 20000 }, (response) => {
			let text = '';
			response.setEncoding('utf8');
			response.on('data', (part) => { text += part; });
			response.on('error', (error) => resolve({ error: error.code }));
			response.on('end', () => resolve({ status: response.statusCode, text }));
		});
		request.on('timeout', () => request.destroy(Object.assign(new Error('late'), { code: 'LATE' })));
		request.on('error', (error) => resolve({ error: error.code }));
		request.end(body);
	});
}

// What the answer is worth; `good` looks at a text that came with `status`.
function weigh(what, answer, status, good) {
	let verdict = 'wrong';
	if (answer.error ? refusals.has(answer.error) : answer.status >= 500)
		verdict = 'refused';
	else if (answer.status === status && good(answer.text))
		verdict = 'right';
	count[verdict]++;
	if (verdict === 'wrong')
		console.log(`wrong: ${what}: ${answer.error || answer.status} ${(answer.text || '').slice(0, 200)}`);
	return verdict === 'right';
}

const pause = () => new Promise((wait) => setTimeout(wait, 30));
const parsed = (text) => { try { return JSON.parse(text); } catch { return {}; } };

async function order() {
	const large = Math.random() < 0.2;
	const made = await ask('POST', '/api/order', JSON.stringify({ amount: large ? 200000 : 4900 }));
	if (!weigh('an order', made, 202, (text) => /^[0-9a-f-]{36}$/.test(parsed(text).id)))
		return;
	const { id } = parsed(made.text);
	// An order may be lost with the worker that had it: it stays waiting, or failed.
	const fine = large ? ['waiting', 'declined', 'failed'] : ['waiting', 'paid', 'failed'];
	for (let i = 0, state = 'waiting'; i < 20 && state === 'waiting' && !told; i++) {
		const answer = await ask('GET', `/api/order/${id}`);
		weigh('its state', answer, 200, (text) => fine.includes(parsed(text).state));
		state = parsed(answer.text || '').state || 'waiting';
		await pause();
	}
}

async function customer() {
	while (!told) {
		await pause();
		weigh('the first page', await ask('GET', '/'), 200, (text) => text.includes("Ship's chandler"));
		weigh('the catalogue', await ask('GET', '/shop.php'), 200, (text) => text.includes('Compass: 33.00'));
		await order();
	}
}

process.on('SIGTERM', () => { told = true; });
Promise.all([customer(), customer(), customer()]).then(() => {
	console.log(`${count.right} right, ${count.refused} refused, ${count.wrong} wrong`);
	process.exit(count.wrong || !count.right ? 1 : 0);
});
