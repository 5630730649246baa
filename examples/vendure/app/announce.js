// SPDX-License-Identifier: GPL-2.0-or-later
// Tells the images service of every new picture.
'use strict';
const { AssetEvent, EventBus, PluginCommonModule, VendurePlugin } = require('@vendure/core');
const { Queue } = require('bullmq');
const { redis } = require('./settings');

class Announcer {
	constructor(bus) {
		this.bus = bus;
	}

	onApplicationBootstrap() {
		const queue = new Queue('images', { connection: redis });
		this.bus.ofType(AssetEvent).subscribe((event) => {
			if (event.type === 'created')
				queue.add('renditions', { source: event.asset.source }, { removeOnComplete: 100, removeOnFail: 100 });
		});
	}
}

// What a decorator of TypeScript compiles to.
Reflect.decorate([
	VendurePlugin({ imports: [PluginCommonModule], compatibility: '^3.0.0' }),
	Reflect.metadata('design:paramtypes', [EventBus]),
], Announcer);

module.exports = { Announcer };
