// SPDX-License-Identifier: GPL-2.0-or-later
// node.js ROLE FOLDER: what a program of that role may do, once each; it says the first thing that
// does not work, or that all did, and stays until SIGTERM.  FOLDER is on another file system than
// /tmp.
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const v8 = require('node:v8');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

const [role, folder] = process.argv.slice(2);
const at = (name) => path.join(folder, name);
const text = 'of some length';

function opened(name, flags, use) {
	const fd = fs.openSync(at(name), flags);
	try {
		return use(fd);
	} finally {
		fs.closeSync(fd);
	}
}

const everybody = {
	'the compiler': () => {
		let sum = 0;
		const add = (x) => { sum += x % 7; };
		for (let i = 0; i < 3e6; i++)
			add(i);
		assert(sum > 0);
	},
	'WebAssembly': () => {
		const bytes = Buffer.from('0061736d0100000001070160027f7f017f03020100070801046d616b650000' +
			'0a09010700200020016a0b', 'hex');
		assert.equal(new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.make(2, 3), 5);
	},
	'a thread': () => new Promise((resolve, reject) => {
		new Worker('require("node:worker_threads").parentPort.postMessage(7)', { eval: true })
			.on('message', (value) => (value === 7 ? resolve() : reject(new Error('another answer'))))
			.on('error', reject);
	}),
	'the pool of threads': () => promisify(crypto.pbkdf2)('a', 'b', 10, 16, 'sha256'),
	'its folder': () => assert.equal(process.cwd(), __dirname),
	'options of its environment': () => assert(v8.getHeapStatistics().heap_size_limit < 200e6),
	'how much memory there is': () => assert(os.totalmem() > 1e6 && os.freemem() > 1e6),
	'how long it runs': () => assert(os.uptime() > 1 && os.loadavg().length === 3),
	'a peer': async () => {
		for (let i = 0; i < 100; i++) {
			const good = await new Promise((resolve) => {
				const socket = net.connect(9000, '127.0.0.1', () => socket.end('ping'));
				socket.on('data', (answer) => resolve(String(answer) === 'ping')).on('error', () => resolve(false));
			});
			if (good)
				return;
			await new Promise((wait) => setTimeout(wait, 50));
		}
		throw new Error('it does not answer');
	},
	'names': () => promisify(dns.lookup)('localhost'),
	'randomness': () => assert.equal(crypto.randomBytes(8).length, 8),
	'a temporary file': () => {
		fs.writeFileSync('/tmp/note', text);
		assert.equal(fs.readFileSync('/tmp/note', 'utf8'), text);
	},
	'its secret': () => assert.equal(fs.readFileSync('/run/secrets/KEY', 'utf8').trim(), 'word'),
};

const signals = {
	'a signal to itself': () => new Promise((resolve) => {
		process.once('SIGUSR2', resolve);
		process.kill(process.pid, 'SIGUSR2');
	}),
};

const reports = {
	'cpuUsage': () => assert(process.cpuUsage().user > 0),
	'a file': () => fs.writeFileSync(at('file'), text),
	'write at a place': () => opened('file', 'r+', (fd) => assert.equal(fs.writeSync(fd, Buffer.from('x'), 0, 1, 3), 1)),
	'ftruncate': () => opened('file', 'r+', (fd) => fs.ftruncateSync(fd, 5)),
	'truncate': () => {
		fs.truncateSync(at('file'), 4);
		assert.equal(fs.statSync(at('file')).size, 4);
	},
	'fsync': () => opened('file', 'r+', (fd) => fs.fsyncSync(fd)),
	'what it wrote': () => assert.equal(fs.readFileSync(at('file'), 'utf8'), 'of x'),
	'a listing': () => assert(fs.readdirSync(folder).includes('file')),
};

const files = {
	'fdatasync': () => opened('file', 'r+', (fd) => fs.fdatasyncSync(fd)),
	'mkdir and rmdir': () => { fs.mkdirSync(at('more')); fs.rmdirSync(at('more')); },
	'rename': () => fs.renameSync(at('file'), at('other')),
	'chmod': () => {
		fs.chmodSync(at('other'), 0o600);
		assert.equal(fs.statSync(at('other')).mode & 0o777, 0o600);
	},
	'fchmod': () => opened('other', 'r+', (fd) => fs.fchmodSync(fd, 0o640)),
	'copyFile': () => {
		fs.copyFileSync(at('other'), at('copy'));
		assert.equal(fs.statSync(at('copy')).mode & 0o777, 0o640);
	},
	'copyFile to another file system': () => fs.copyFileSync(at('other'), '/tmp/copy'),
	'unlink': () => { fs.unlinkSync(at('other')); fs.unlinkSync(at('copy')); },
};

const servers = {
	'chdir': () => { process.chdir('/tmp'); process.chdir(__dirname); },
	'getgroups': () => assert(Array.isArray(process.getgroups())),
	'getPriority': () => assert(Number.isInteger(os.getPriority())),
	'resourceUsage': () => assert(process.resourceUsage().maxRSS > 0),
	'readv at a place': () => {
		fs.writeFileSync(at('parts'), text);
		opened('parts', 'r', (fd) => assert.equal(fs.readvSync(fd, [Buffer.alloc(2), Buffer.alloc(2)], 1), 4));
	},
	'writev at a place': () => opened('parts', 'r+',
		(fd) => assert.equal(fs.writevSync(fd, [Buffer.from('a'), Buffer.from('b')], 1), 2)),
	'utimes': () => {
		fs.utimesSync(at('parts'), 1000, 2000);
		assert.equal(fs.statSync(at('parts')).mtimeMs, 2000000);
	},
	'statfs': () => assert(fs.statfsSync(folder).blocks > 0),
	'a port by its name': async () => assert.equal((await promisify(dns.lookupService)('127.0.0.1', 80)).service, 'http'),
	'an own server': () => new Promise((resolve) => {
		http.createServer((request, response) => response.end('served\n')).listen(8080, resolve);
	}),
};

const all = {
	node: [everybody, signals, reports, files, servers],
	worker: [everybody, signals, reports, files],
	scheduler: [everybody, signals, reports],
	'payment-worker': [everybody],
}[role];

setInterval(() => {}, 1000);
(async () => {
	for (const [name, act] of all.flatMap(Object.entries))
		await Promise.resolve().then(act).catch((error) => {
			console.log(`not ok ${name}: ${String(error.message).split('\n')[0]}`);
			process.exit(1);
		});
	console.log('all of it works');
	process.on('SIGTERM', () => process.exit(0));
})();
