// SPDX-License-Identifier: GPL-2.0-or-later
// Photos in the spool become renditions in the media folder, one at a time.
// It talks to nobody: a folder is its queue.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const { SPOOL, MEDIA } = process.env;
const execute = promisify(execFile);
const refused = new Set();

async function render(name) {
	const target = path.join(MEDIA, name.replace(/\.[a-z]+$/, '.jpg'));
	if (refused.has(name) || fs.existsSync(target))
		return;
	const half = path.join(MEDIA, `.${path.basename(target)}`);
	try {
		await execute('/usr/bin/convert',
			[path.join(SPOOL, name), '-auto-orient', '-strip', '-thumbnail', '320x320', half],
			{ timeout: 20000 });
		fs.renameSync(half, target);
		console.log(`rendered ${name}`);
	} catch (error) {
		refused.add(name);
		console.error(`cannot render ${name}: ${error.message}`);
	}
}

async function run() {
	for (;;) {
		for (const name of fs.readdirSync(SPOOL).filter((entry) => /^[a-z0-9-]+\.(png|jpg)$/.test(entry)))
			await render(name);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}
run();
process.on('SIGTERM', () => process.exit(0));
