// SPDX-License-Identifier: GPL-2.0-or-later
// The shop's API: orders go into the queue, their state comes out of the cache.
'use strict';
const http = require('node:http');
const crypto = require('node:crypto');
const { Redis } = require('./redis');

const redis = new Redis();

async function body(request) {
	let text = '';
	for await (const part of request) {
		text += part;
		if (text.length > 10000)
			throw new Error('too large');
	}
	return JSON.parse(text);
}

async function answer(request) {
	const path = request.url.split('?')[0];
	if (request.method === 'GET' && path === '/api/health')
		return [200, { alive: await redis.call('PING'), jobs: Number(await redis.call('GET', 'jobs:done')) }];
	if (request.method === 'GET' && path === '/api/catalogue')
		return [200, { products: ['Anchor', 'Bell', 'Compass'] }];
	if (request.method === 'POST' && path === '/api/order') {
		const { amount } = await body(request);
		if (!Number.isInteger(amount) || amount <= 0)
			return [400, { error: 'amount, please' }];
		const id = crypto.randomUUID();
		await redis.call('LPUSH', 'orders', JSON.stringify({ id, amount }));
		return [202, { id }];
	}
	const order = /^\/api\/order\/([0-9a-f-]{36})$/.exec(path);
	if (request.method === 'GET' && order)
		return [200, { state: await redis.call('GET', `order:${order[1]}`) || 'waiting' }];
	return [404, { error: 'no such thing' }];
}

const server = http.createServer((request, response) => {
	answer(request).catch((error) => [400, { error: error.message }]).then(([status, value]) => {
		response.writeHead(status, { 'Content-Type': 'application/json' });
		response.end(JSON.stringify(value) + '\n');
	});
});
server.listen(3000, () => console.log('api listens'));
process.on('SIGTERM', () => process.exit(0));
