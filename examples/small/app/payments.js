// SPDX-License-Identifier: GPL-2.0-or-later
// Takes orders and charges cards at the provider.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const { Redis } = require('./redis');

const key = fs.readFileSync('/run/secrets/PROVIDER_KEY', 'utf8').trim();
const queue = new Redis();
const redis = new Redis();

function charge(order) {
	return new Promise((resolve, reject) => {
		const request = http.request({
			host: process.env.PSP_HOST || 'psp',
			port: 4000,
			path: '/charge',
			method: 'POST',
			headers: { Authorization: `Bearer ${key}` },
		}, (response) => {
			response.resume();
			response.on('end', () => resolve(response.statusCode === 200 ? 'paid' : 'declined'));
		});
		request.on('error', reject);
		request.end(JSON.stringify(order));
	});
}

async function run() {
	for (;;) {
		const job = await queue.call('BRPOP', 'orders', 0);
		const order = JSON.parse(job[1]);
		const state = await charge(order).catch(() => 'failed');
		await redis.call('SET', `order:${order.id}`, state, 'EX', 3600);
	}
}
run();
process.on('SIGTERM', () => process.exit(0));
