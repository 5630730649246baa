// SPDX-License-Identifier: GPL-2.0-or-later
// One configuration of Vendure, for each kind of process what it needs: `shop`, `worker`,
// `scheduler`, `populate`.  Vendure itself is under the GNU GPL, version 3 or later: so is what
// comes of the two together.
'use strict';
const crypto = require('node:crypto');
const path = require('node:path');
const {
	BullMQJobQueuePlugin,
} = require('@vendure/job-queue-plugin/package/bullmq');
const {
	cleanSessionsTask, DefaultLogger, DefaultSchedulerPlugin, DefaultSearchPlugin, LogLevel, RedisCachePlugin,
} = require('@vendure/core');
const { Announcer } = require('./announce');
const { card } = require('./card');
const { report } = require('./report');
const { database, redis, secret } = require('./settings');

const url = process.env.SHOP_URL;

function assets() {
	const { AssetServerPlugin } = require('@vendure/asset-server-plugin');
	// A worker only wants to know where pictures are on the web: it gets an empty folder.
	return AssetServerPlugin.init({
		route: 'assets', assetUploadDir: process.env.ASSETS || '/tmp/assets', assetUrlPrefix: `${url}/assets/`,
	});
}

function mail() {
	const { defaultEmailHandlers, EmailPlugin, FileBasedTemplateLoader } = require('@vendure/email-plugin');
	const home = path.dirname(require.resolve('@vendure/email-plugin/package.json'));
	return EmailPlugin.init({
		handlers: defaultEmailHandlers,
		templateLoader: new FileBasedTemplateLoader(path.join(home, 'templates')),
		transport: {
			type: 'smtp', host: process.env.SMTP_HOST, port: Number(process.env.SMTP_PORT),
			secure: false, ignoreTLS: true,
		},
		globalTemplateVars: {
			fromAddress: '"Example shop" <shop@example.test>',
			verifyEmailAddressUrl: `${url}/verify`,
			passwordResetUrl: `${url}/password`,
			changeEmailAddressUrl: `${url}/email`,
		},
	});
}

function plugins(role) {
	const list = [
		RedisCachePlugin.init({ redisOptions: redis }),
		BullMQJobQueuePlugin.init({ connection: redis, workerOptions: { concurrency: 4 } }),
		DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true }),
	];
	if (role === 'scheduler' || role === 'populate')
		list.push(DefaultSchedulerPlugin.init({}));
	if (role !== 'scheduler')
		list.push(assets(), mail());
	if (role === 'shop')
		list.push(Announcer);
	return list;
}

function configuration(role) {
	// Whoever does not know a secret gets one that opens nothing: Vendure insists on some value.
	const known = (name) => secret(name) || crypto.randomBytes(16).toString('hex');
	return {
		apiOptions: {
			port: 3000, adminApiPath: 'admin-api', shopApiPath: 'shop-api', trustProxy: 1,
			cors: { origin: [url], credentials: true }, csrfPrevention: true,
		},
		authOptions: {
			tokenMethod: ['bearer', 'cookie'],
			superadminCredentials: { identifier: 'superadmin', password: known('ADMIN_PASSWORD') },
			cookieOptions: { secret: known('COOKIE_SECRET') },
		},
		dbConnectionOptions: {
			type: 'postgres', ...database, username: database.user, logging: false,
			synchronize: role === 'populate',	// nobody else may change tables
		},
		importExportOptions: process.env.SEED ? { importAssetsDir: path.join(process.env.SEED, 'images') } : {},
		logger: new DefaultLogger({ level: LogLevel.Info, timestamp: true }),
		paymentOptions: { paymentMethodHandlers: [card] },
		plugins: plugins(role),
		schedulerOptions: { tasks: role === 'scheduler' ? [cleanSessionsTask, report] : [] },
	};
}

module.exports = { configuration };
