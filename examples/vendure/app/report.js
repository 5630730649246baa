// SPDX-License-Identifier: GPL-2.0-or-later
// Each minute: how many orders are in which state, as a file for the merchant.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { ScheduledTask, TransactionalConnection } = require('@vendure/core');

const question = 'SELECT state, count(*)::int AS orders, sum("subTotalWithTax")::bigint AS cents '
	+ 'FROM "order" GROUP BY state ORDER BY state';

async function execute({ injector }) {
	const rows = await injector.get(TransactionalConnection).rawConnection.query(question);
	const minute = new Date().toISOString().slice(0, 16).replace(':', '');
	const file = path.join(process.env.REPORTS, `sales-${minute}.csv`);
	const lines = rows.map((row) => `${row.state},${row.orders},${row.cents}`);
	fs.writeFileSync(file, ['state,orders,cents', ...lines, ''].join('\n'));
	return { file };
}

const report = new ScheduledTask({
	id: 'sales-report',
	description: 'Orders by state',
	schedule: '* * * * *',
	execute,
});

module.exports = { report };
