// SPDX-License-Identifier: GPL-2.0-or-later
// The only holder of the payment provider's key: questions from the queue, HTTPS to the provider.
'use strict';
const { Worker } = require('bullmq');
const Stripe = require('stripe');
const { endWith, redis, secret } = require('./settings');

const stripe = new Stripe(secret('PROVIDER_KEY'), {
	host: process.env.PSP_HOST,
	port: Number(process.env.PSP_PORT),
	protocol: 'https',
	telemetry: false,
	maxNetworkRetries: 0,
	timeout: 8000,
});

const actions = {
	async authorize({ order, amount, currency, method }) {
		const intent = await stripe.paymentIntents.create({
			amount, currency, payment_method: method, confirm: true, capture_method: 'manual', metadata: { order },
		}, { idempotencyKey: `authorize-${order}-${amount}-${method}` });
		return { good: intent.status === 'requires_capture', id: intent.id, error: intent.last_payment_error?.message };
	},
	async capture({ id }) {
		const intent = await stripe.paymentIntents.capture(id);
		return { good: intent.status === 'succeeded', id };
	},
	async refund({ id, amount }) {
		const refund = await stripe.refunds.create({ payment_intent: id, amount });
		return { good: refund.status === 'succeeded', id: refund.id };
	},
};

async function act(job) {
	try {
		const answer = await actions[job.name](job.data);
		console.log(job.name, answer.id, answer.good);
		return answer;
	} catch (error) {
		if (error.type !== 'StripeCardError')
			throw error;
		console.log(job.name, 'declined', error.code);
		return { good: false, id: error.payment_intent?.id, error: error.message };
	}
}

const worker = new Worker('payments', act, { connection: redis, concurrency: 4 });
worker.on('failed', (job, error) => console.error('failed', job?.name, error.message));
worker.on('error', (error) => console.error(error.message));
worker.waitUntilReady().then(() => console.log('payments ready'));
endWith(() => worker.close());
