// SPDX-License-Identifier: GPL-2.0-or-later
// Card payments.  This process never sees the provider's key: it asks the payments service over a
// queue and waits for the answer.
'use strict';
const { LanguageCode, PaymentMethodHandler } = require('@vendure/core');
const { Queue, QueueEvents } = require('bullmq');
const { redis } = require('./settings');

const patience = 15000;	// milliseconds
let queue, events;

async function ask(name, data) {
	queue ??= new Queue('payments', { connection: redis });
	// From now on, not from when it first asks Redis: the answer may be there before.
	events ??= new QueueEvents('payments', { connection: redis, lastEventId: `${Date.now()}-0` });
	await events.waitUntilReady();
	const job = await queue.add(name, data, { removeOnComplete: 100, removeOnFail: 100 });
	return job.waitUntilFinished(events, patience);
}

async function createPayment(context, order, amount, args, metadata) {
	const payment = { amount, metadata: { public: { provider: 'card' } } };
	try {
		const answer = await ask('authorize', {
			order: order.code, amount, currency: order.currencyCode.toLowerCase(), method: metadata.method,
		});
		payment.transactionId = answer.id;
		return answer.good ? { ...payment, state: 'Authorized' }
			: { ...payment, state: 'Declined', errorMessage: answer.error };
	} catch (error) {
		return { ...payment, state: 'Error', errorMessage: error.message };
	}
}

async function settlePayment(context, order, payment) {
	const answer = await ask('capture', { id: payment.transactionId });
	return answer.good ? { success: true } : { success: false, errorMessage: answer.error };
}

async function createRefund(context, input, amount, order, payment) {
	const answer = await ask('refund', { id: payment.transactionId, amount });
	return { state: answer.good ? 'Settled' : 'Failed', transactionId: answer.id };
}

const card = new PaymentMethodHandler({
	code: 'card',
	description: [{ languageCode: LanguageCode.en, value: 'Card' }],
	args: {},
	createPayment,
	settlePayment,
	createRefund,
});

module.exports = { card };
