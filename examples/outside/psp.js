// SPDX-License-Identifier: GPL-2.0-or-later
// A stand-in for a payment provider: payment intents and refunds over TLS, kept in memory.  It
// speaks just enough for the public client library.
// psp.js PORT FOLDER: certificate and key are in FOLDER, and `provider`, the key of the shop.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');

const [port, folder] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
const authorization = `Bearer ${read('provider').trim()}`;
const intents = new Map();
const answered = new Map();	// by Idempotency-Key: the same question has one answer

const identifier = (prefix) => prefix + crypto.randomBytes(12).toString('hex');

function create(form) {
	const intent = {
		id: identifier('pi_'),
		object: 'payment_intent',
		amount: Number(form.get('amount')),
		currency: form.get('currency'),
		status: 'requires_capture',
		metadata: { order: form.get('metadata[order]') },
	};
	intents.set(intent.id, intent);
	if (form.get('payment_method') !== 'pm_card_chargeDeclined')
		return [200, intent];
	intent.status = 'requires_payment_method';
	return [402, { error: {
		type: 'card_error', code: 'card_declined', message: 'Your card was declined.', payment_intent: intent,
	} }];
}

function act(method, url, form) {
	const capture = /^\/v1\/payment_intents\/(\w+)\/capture$/.exec(url);
	if (method === 'POST' && url === '/v1/payment_intents')
		return create(form);
	if (method === 'POST' && capture && intents.has(capture[1])) {
		const intent = intents.get(capture[1]);
		intent.status = 'succeeded';
		return [200, intent];
	}
	if (method === 'POST' && url === '/v1/refunds' && intents.has(form.get('payment_intent')))
		return [200, { id: identifier('re_'), object: 'refund', amount: Number(form.get('amount')), status: 'succeeded' }];
	return [404, { error: { type: 'invalid_request_error', message: 'No such object' } }];
}

function answer(request, body) {
	const key = request.headers['idempotency-key'];
	if (request.headers.authorization !== authorization)
		return [401, { error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } }];
	if (key && answered.has(key))
		return answered.get(key);
	const result = act(request.method, request.url.split('?')[0], new URLSearchParams(body));
	if (key)
		answered.set(key, result);
	return result;
}

https.createServer({ key: read('key.pem'), cert: read('cert.pem') }, (request, response) => {
	let body = '';
	request.on('data', (part) => { body += part; });
	request.on('end', () => {
		const [status, value] = answer(request, body);
		response.writeHead(status, { 'content-type': 'application/json', 'request-id': identifier('req_') });
		response.end(JSON.stringify(value));
		console.log(`${request.method} ${request.url} ${status}`);
	});
}).listen(Number(port), '127.0.0.1', () => console.log(`psp listens on ${port}`));
