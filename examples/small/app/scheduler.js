// SPDX-License-Identifier: GPL-2.0-or-later
// A job into the queue each second.
'use strict';
const { Redis } = require('./redis');

const redis = new Redis();
setInterval(() => redis.call('LPUSH', 'jobs', JSON.stringify({ at: Date.now() })), 1000);
process.on('SIGTERM', () => process.exit(0));
