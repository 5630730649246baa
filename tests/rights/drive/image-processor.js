// SPDX-License-Identifier: GPL-2.0-or-later
// image-processor.js FOLDER: pictures by ImageMagick and files around them, each once; it says the
// first thing that does not work, or that all did.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const folder = process.argv[2];
const at = (name) => path.join(folder, name);

// What it prints on its standard error is a complaint.
function convert(words, options = {}, input = null) {
	return new Promise((resolve, reject) => {
		const child = execFile('/usr/bin/convert', words, { encoding: 'buffer', maxBuffer: 1e8, ...options },
			(error, output, complaint) => {
				if (error || (String(complaint) && !options.loud))
					reject(Object.assign(error || new Error(String(complaint)), { complaint: String(complaint) }));
				else
					resolve(options.loud ? String(complaint) : output);
			});
		child.stdin.on('error', reject);
		child.stdin.end(input);
	});
}
const begins = (file, bytes) => assert.equal(fs.readFileSync(file).subarray(0, 3).toString('hex'), bytes);
const onDisk = { MAGICK_MEMORY_LIMIT: '1MB', MAGICK_MAP_LIMIT: '0', MAGICK_AREA_LIMIT: '1', MAGICK_DISK_LIMIT: '300MB' };

const acts = {
	'a picture': async () => {
		await convert(['-size', '300x200', 'plasma:navy-gold', at('a.png')]);
		begins(at('a.png'), '89504e');
	},
	'chance': async () => {
		const make = () => convert(['-size', '20x20', 'plasma:', 'rgb:-']);
		assert.notDeepEqual(await make(), await make());
	},
	'a rendition': async () => {
		await convert([at('a.png'), '-thumbnail', '100x100', at('a.jpg')]);
		begins(at('a.jpg'), 'ffd8ff');
	},
	'through its input and output': async () =>
		assert.equal((await convert(['png:-', 'jpg:-'], {}, fs.readFileSync(at('a.png')))).subarray(0, 2).toString('hex'), 'ffd8'),
	'in another folder': () => convert(['a.png', 'b.png'], { cwd: folder }),
	'a letter on it': () => convert([at('a.png'), '-font', 'DejaVu-Serif', '-annotate', '+20+20', 'Ahoy', at('c.png')]),
	'a font by its family': async () => {
		const sans = await convert(['-family', 'DejaVu Sans', '-size', '80x20', 'label:Ahoy', 'gray:-']);
		const serif = await convert(['-family', 'DejaVu Serif', '-size', '80x20', 'label:Ahoy', 'gray:-']);
		assert.notDeepEqual(sans, serif);
	},
	'pango': async () => convert(['-size', '200x50', 'pango:<b>Ahoy</b>', at('p.png')]).catch((error) => {
		if (!/no decode delegate|NoDecodeDelegate/.test(error.complaint || ''))
			throw error;
	}),
	'a colour by its name': () => convert(['-size', '9x9', 'xc:goldenrod', at('d.png')]),
	'the limits of its policy': async () =>
		assert(String(await convert(['-list', 'policy'])).includes('/etc/ImageMagick-6/policy.xml')),
	'a reason in words': async () => {
		const error = await convert([at('none.png'), at('x.jpg')]).catch((failed) => failed);
		assert(/unable to open image/.test(error.complaint), error.complaint);
	},
	'pixels on disk': async () => {
		await convert(['-size', '1500x1000', 'gradient:', '(', '+clone', '-negate', ')', '-append', '-resize', '10x10', at('e.png')],
			{ env: { ...process.env, ...onDisk } });
		assert.deepEqual(fs.readdirSync('/tmp').filter((name) => name.startsWith('magick-')), []);
	},
	'brought to the disk': () => convert(['-size', '1500x1000', 'gradient:', '-resize', '10x10', at('f.png')],
		{ env: { ...process.env, ...onDisk, MAGICK_SYNCHRONIZE: 'true' } }),
	'how long it took': async () => {
		const said = await convert(['-verbose', '-size', '800x800', 'plasma:', '-blur', '0x3', at('g.png')], { loud: true });
		assert(Number((/ ([0-9.]+)u /.exec(said) || [])[1]) > 0, said);
	},
	'one that takes too long is ended': async () => {
		const error = await convert(['-size', '2000x2000', 'plasma:', '-blur', '0x200', at('h.png')], { timeout: 300 })
			.catch((failed) => failed);
		assert(error.killed && error.code !== 'EPERM', error.message);
	},
	'its folder': () => assert.equal(process.cwd(), __dirname),
	'the compiler': () => {
		let sum = 0;
		const add = (x) => { sum += x % 7; };
		for (let i = 0; i < 3e6; i++)
			add(i);
	},
	'options of its environment': () => assert(v8.getHeapStatistics().heap_size_limit < 200e6),
	'how much memory there is': () => assert(os.totalmem() > 1e6),
	'write at a place, ftruncate and fsync': () => {
		const fd = fs.openSync(at('note'), 'w+');
		fs.writeSync(fd, Buffer.from('words'), 0, 5, 3);
		fs.ftruncateSync(fd, 4);
		fs.fsyncSync(fd);
		fs.fchmodSync(fd, 0o640);
		fs.closeSync(fd);
		assert.equal(fs.statSync(at('note')).mode & 0o777, 0o640);
	},
	'chmod and utimes': () => {
		fs.chmodSync(at('note'), 0o600);
		fs.utimesSync(at('note'), 1, 2);
		assert.equal(fs.statSync(at('note')).mtimeMs, 2000);
	},
	'folders and names': () => {
		fs.mkdirSync(at('more'));
		fs.renameSync(at('note'), at('more/note'));
		fs.unlinkSync(at('more/note'));
		fs.rmdirSync(at('more'));
	},
};

setInterval(() => {}, 1000);
(async () => {
	for (const [name, act] of Object.entries(acts))
		await Promise.resolve().then(act).catch((error) => {
			console.log(`not ok ${name}: ${String(error.complaint || error.message).split('\n')[0]}`);
			process.exit(1);
		});
	console.log('all of it works');
	process.on('SIGTERM', () => process.exit(0));
})();
