// SPDX-License-Identifier: GPL-2.0-or-later
// Takes pictures' jobs from the queue and hands them to the renderer, which has no network: as a
// ticket in the spool.  The renderer's verdict on it ends the job.  Nothing but the spool is written.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('bullmq');
const { endWith, redis } = require('./settings');

const { SPOOL, VERDICTS } = process.env;
const patience = 60000;	// milliseconds

function verdict(ticket) {
	try {
		return fs.readFileSync(path.join(VERDICTS, ticket), 'utf8').trim();
	} catch (error) {
		if (error.code === 'ENOENT')
			return null;
		throw error;
	}
}

async function hand(job) {
	const ticket = `${job.id}-${job.attemptsMade}`;
	const place = path.join(SPOOL, ticket);
	const end = Date.now() + patience;

	// Whole or not at all: the renderer ignores names that begin with a dot.
	fs.writeFileSync(path.join(SPOOL, `.${ticket}`), JSON.stringify({ source: job.data.source }));
	fs.renameSync(path.join(SPOOL, `.${ticket}`), place);
	try {
		let said;
		while (!(said = verdict(ticket))) {
			if (Date.now() > end)
				throw new Error('the renderer gives no answer');
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		if (said !== 'done')
			throw new Error(said);
	} finally {
		fs.unlinkSync(place);
	}
	console.log('rendered', job.data.source);
}

// What a former life left: its jobs come again.
for (const name of fs.readdirSync(SPOOL))
	fs.unlinkSync(path.join(SPOOL, name));

const worker = new Worker('images', hand, { connection: redis, concurrency: 2 });
worker.on('failed', (job, error) => console.error('failed', job?.data.source, error.message));
worker.on('error', (error) => console.error(error.message));
worker.waitUntilReady().then(() => console.log('images ready'));
endWith(() => worker.close());
