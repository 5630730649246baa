// SPDX-License-Identifier: GPL-2.0-or-later
// Takes jobs and counts them.
'use strict';
const { Redis } = require('./redis');

const queue = new Redis();
const redis = new Redis();

async function run() {
	for (;;) {
		const job = await queue.call('BRPOP', 'jobs', 0);
		if (job)
			await redis.call('INCR', 'jobs:done');
	}
}
run();
process.on('SIGTERM', () => process.exit(0));
