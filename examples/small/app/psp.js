// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for a payment provider: charges whoever holds the key, up to a limit.
'use strict';
const http = require('node:http');

http.createServer((request, response) => {
	let text = '';
	request.on('data', (part) => { text += part; });
	request.on('end', () => {
		const known = request.headers.authorization === `Bearer ${process.env.PROVIDER_KEY}`;
		let amount = 0;
		try {
			amount = JSON.parse(text).amount;
		} catch (error) {
			// Not JSON: declined below like any order without an amount.
		}
		response.statusCode = !known ? 401 : amount > 0 && amount < 100000 ? 200 : 402;
		response.end();
	});
}).listen(4000, () => console.log('psp listens'));
process.on('SIGTERM', () => process.exit(0));
