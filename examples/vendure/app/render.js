// SPDX-License-Identifier: GPL-2.0-or-later
// Makes renditions of pictures by ImageMagick.  It talks to nobody: a folder of tickets is its
// queue, a folder of verdicts its answer.  Pictures come from strangers, so this is where an
// attacker gets in; there is nothing here but pictures.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const { ASSETS, SPOOL, VERDICTS, RENDITIONS } = process.env;
const sizes = { s: '160x160', m: '480x480' };
const execute = promisify(execFile);

async function rendition(source, target, size) {
	const half = path.join(RENDITIONS, `.${path.basename(target)}`);
	await execute('/usr/bin/convert', [
		source, '-auto-orient', '-strip', '-thumbnail', `${size}^`, '-gravity', 'center', '-extent', size,
		'-quality', '82', half,
	], { timeout: 30000 });
	fs.renameSync(half, target);
}

async function work(ticket) {
	const { source } = JSON.parse(fs.readFileSync(path.join(SPOOL, ticket), 'utf8'));
	if (!/^source\/[\w.-]+\/[\w-][\w.-]*\.(png|jpe?g|webp)$/.test(source) || source.includes('..'))
		throw new Error(`no picture of the shop: ${source}`);
	const name = path.basename(source, path.extname(source));
	for (const [letter, size] of Object.entries(sizes))
		await rendition(path.join(ASSETS, source), path.join(RENDITIONS, `${name}-${letter}.jpg`), size);
	console.log('rendered', source);
}

function give(ticket, verdict) {
	fs.writeFileSync(path.join(VERDICTS, `.${ticket}`), `${verdict}\n`);
	fs.renameSync(path.join(VERDICTS, `.${ticket}`), path.join(VERDICTS, ticket));
}

async function round() {
	const tickets = new Set(fs.readdirSync(SPOOL).filter((name) => /^\w[\w-]*$/.test(name)));
	const given = new Set(fs.readdirSync(VERDICTS));

	for (const ticket of given)	// whoever handed it in has read the verdict
		if (!tickets.has(ticket))
			fs.unlinkSync(path.join(VERDICTS, ticket));
	for (const ticket of tickets) {
		if (given.has(ticket))
			continue;
		const verdict = await work(ticket).then(() => 'done', (error) => error.message.split('\n')[0]);
		if (verdict !== 'done')
			console.error(`ticket ${ticket}: ${verdict}`);
		give(ticket, verdict);
	}
}

async function run() {
	for (;;) {
		await round();
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
run();
process.on('SIGTERM', () => process.exit(0));
