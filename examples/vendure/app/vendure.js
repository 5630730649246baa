// SPDX-License-Identifier: GPL-2.0-or-later
// vendure.js shop|worker|scheduler: one of Vendure's processes.
'use strict';
const { bootstrap, bootstrapWorker } = require('@vendure/core');
const { configuration } = require('./config');

// Vendure ends well by itself: at SIGTERM it finishes its requests and jobs.
async function start(role) {
	if (role === 'shop')
		return bootstrap(configuration(role));
	const worker = await bootstrapWorker(configuration(role));
	return role === 'worker' ? worker.startJobQueue() : worker;
}

const role = process.argv[2];
if (!['shop', 'worker', 'scheduler'].includes(role)) {
	console.error('usage: vendure.js shop|worker|scheduler');
	process.exit(2);
}
start(role).catch((error) => {
	console.error(error);
	process.exit(1);
});
