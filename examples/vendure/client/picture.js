// SPDX-License-Identifier: GPL-2.0-or-later
// A PNG that nobody has seen yet.
'use strict';
const zlib = require('node:zlib');

const remainders = [...Array(256)].map((unused, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit++)
		value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	return value >>> 0;
});

function checksum(bytes) {
	let value = ~0;
	for (const byte of bytes)
		value = remainders[(value ^ byte) & 255] ^ (value >>> 8);
	return ~value >>> 0;
}

function chunk(type, data) {
	const length = Buffer.alloc(4), end = Buffer.alloc(4);
	const body = Buffer.concat([Buffer.from(type), data]);
	length.writeUInt32BE(data.length);
	end.writeUInt32BE(checksum(body));
	return Buffer.concat([length, body, end]);
}

function picture(width, height) {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header[8] = 8;	// bits
	header[9] = 2;	// red, green, blue
	const shade = Math.random() * 255;
	const rows = Buffer.alloc(height * (1 + 3 * width));
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const place = y * (1 + 3 * width) + 1 + 3 * x;
			rows[place] = (x + shade) & 255;
			rows[place + 1] = (y + shade) & 255;
			rows[place + 2] = (x ^ y) & 255;
		}
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header),
		chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

module.exports = { picture };
