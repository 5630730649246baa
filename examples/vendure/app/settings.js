// SPDX-License-Identifier: GPL-2.0-or-later
// What every process of the shop knows: where its secrets are, how to reach the cache.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

// A secret is a file that only this service sees; null where it is not one of its own.
function secret(name) {
	const file = path.join('/run/secrets', name);
	return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : null;
}

const redis = {
	path: '/run/redis/redis.sock',
	password: secret('CACHE_PASSWORD'),
	maxRetriesPerRequest: null,	// a queue waits for a cache that restarts
};

const database = {
	host: '/run/postgresql',	// the folder of its socket
	database: 'shop',
	user: 'shop',
	password: secret('DB_PASSWORD'),
};

// End well: finish what was begun, take nothing new.
function endWith(close) {
	for (const signal of ['SIGTERM', 'SIGINT'])
		process.once(signal, () => close().then(() => process.exit(0), () => process.exit(1)));
}

module.exports = { secret, redis, database, endWith };
