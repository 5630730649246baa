// SPDX-License-Identifier: GPL-2.0-or-later
// Makes tables, catalogue and search index where there are none yet.  It is the one process that
// may change tables, and knows the administrator's password, which it sets.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { Client } = require('pg');
const { database, redis } = require('./settings');

const finished = 'SELECT 1 FROM example_shop_is_complete';

// A database that was killed takes its time to come back: it listens already and says so.
async function connect() {
	for (const end = Date.now() + 60000;;) {
		const client = new Client(database);
		try {
			await client.connect();
			return client;
		} catch (error) {
			if (error.code !== '57P03' || Date.now() > end)
				throw error;
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}
}

async function sql(text) {
	const client = await connect();
	try {
		return await client.query(text);
	} finally {
		await client.end();
	}
}

async function isComplete() {
	try {
		await sql(finished);
		return true;
	} catch (error) {
		if (error.code === '42P01')	// there is no such table
			return false;
		throw error;
	}
}

// The search index and the collections are made by jobs: without them the first search finds
// nothing.
async function workOff(app) {
	const { JobQueueService } = require('@vendure/core');
	const { Queue } = require('bullmq');
	const queue = new Queue('vendure-job-queue', { connection: redis });

	await app.get(JobQueueService).start();
	for (let calm = 0; calm < 4;) {
		await new Promise((resolve) => setTimeout(resolve, 250));
		const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
		calm = Object.values(counts).some((count) => count > 0) ? 0 : calm + 1;
	}
	await queue.close();
}

// Vendure's server, but for its port: a job serves nobody.
function startSilent() {
	const { bootstrap } = require('@vendure/core');
	const { configuration } = require('./config');
	return new Promise((resolve, reject) => {
		const onBeforeAppListen = async (app) => {
			await app.init();
			resolve(app);
			await new Promise(() => {});	// it would listen next
		};
		bootstrap(configuration('populate'), { onBeforeAppListen }).catch(reject);
	});
}

async function run() {
	if (await isComplete())
		return console.log('the shop is complete');
	// A set-up that was broken off begins anew.
	await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');

	const { populate } = require('@vendure/core/cli');
	const seed = process.env.SEED;
	const data = JSON.parse(fs.readFileSync(path.join(seed, 'initial-data.json'), 'utf8'));
	data.paymentMethods = [{ name: 'Card', handler: { code: 'card', arguments: [] } }];
	const app = await populate(startSilent, data, path.join(seed, 'products.csv'));
	await workOff(app);
	const { rows } = await sql('SELECT count(*)::int AS count FROM search_index_item');
	if (!rows[0].count)
		throw new Error('the search index is empty');
	await sql('CREATE TABLE example_shop_is_complete ()');
	await app.close();
	console.log(`the shop has ${rows[0].count} variants of products`);
}

run().then(() => process.exit(0), (error) => {
	console.error(error);
	process.exit(1);
});
