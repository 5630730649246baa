// SPDX-License-Identifier: GPL-2.0-or-later
// What the merchant does: a new product with a photo; orders are captured, packed and shipped.
'use strict';
const path = require('node:path');
const { Api, get, same, until } = require('./api');
const { picture } = require('./picture');

const isJpeg = (body) => body.readUInt16BE(0) === 0xffd8;

async function login(base, measures, password) {
	const admin = new Api(base, 'admin-api', measures);
	const answer = await admin.ask('login',
		'mutation($u: String!, $p: String!){ login(username: $u, password: $p){ __typename } }',
		{ u: 'superadmin', p: password });
	same('the login', answer.login.__typename, 'CurrentUser');
	return admin;
}

async function upload(admin, name) {
	const answer = await admin.ask('upload',
		'mutation($i: [CreateAssetInput!]!){ createAssets(input: $i){ ... on Asset{ id source } ... on ErrorResult{ message } } }',
		{ i: [{ file: null }] }, (question) => {
			const form = new FormData();
			form.append('operations', question);
			form.append('map', '{"0": ["variables.i.0.file"]}');
			form.append('0', new File([picture(900, 700)], name, { type: 'image/png' }), name);
			return form;
		});
	const asset = answer.createAssets[0];
	same('the photo', asset.message, undefined);
	return asset;
}

// A photo becomes renditions (images, spool, render).  Answers by the address of one.
async function addPhoto(base, measures, admin, stamp) {
	const asset = await upload(admin, `photo-${stamp}.png`);
	const rendition = `${base}/renditions/${path.basename(asset.source, path.extname(asset.source))}-m.jpg`;
	// By GET, as a browser does: after a HEAD, fetch() would open a connection for whatever comes next.
	await until(measures, 'rendition', 30, async () => {
		const response = await fetch(rendition);
		await response.arrayBuffer();
		return response.status === 200;
	});
	return { id: asset.id, rendition };
}

// The product becomes searchable (worker).
async function describe(base, measures, admin, stamp, photo) {
	const names = [{ languageCode: 'en', name: `Mug ${stamp}` }];
	const { createProduct } = await admin.ask('new product',
		'mutation($i: CreateProductInput!){ createProduct(input: $i){ id } }', { i: {
			enabled: true, featuredAssetId: photo, assetIds: [photo],
			translations: [{ ...names[0], slug: `mug-${stamp}`, description: 'A mug' }],
		} });
	await admin.ask('new variant', 'mutation($i: [CreateProductVariantInput!]!){ createProductVariants(input: $i){ id } }', {
		i: [{ productId: createProduct.id, sku: `MUG-${stamp}`, price: 1200, stockOnHand: 50, translations: names }],
	});
	const shop = new Api(base, 'shop-api', measures);
	await until(measures, 'searchable', 30, async () => (await shop.ask('search for it',
		'query($t: String!){ search(input: { term: $t }){ totalItems } }', { t: stamp })).search.totalItems);
}

// What goes on behind an answer is a step together with it: by itself it would be how long somebody
// else took in between.
async function addProduct(base, measures, admin) {
	const stamp = Date.now().toString(36) + Math.floor(Math.random() * 1296).toString(36);
	const { id, rendition } = await measures.time('photo, to its rendition',
		() => addPhoto(base, measures, admin, stamp));
	for (let look = 0; look < 20; look++)
		await get(measures, 'rendition, served', rendition, isJpeg);
	await measures.time('product, until it is found', () => describe(base, measures, admin, stamp, id));
}

// Enough of everything for as many orders as are going to come.
async function restock(admin) {
	const { productVariants } = await admin.ask('variants', '{ productVariants(options: { take: 100 }){ items{ id } } }');
	await admin.ask('restock', 'mutation($i: [UpdateProductVariantInput!]!){ updateProductVariants(input: $i){ id } }',
		{ i: productVariants.items.map(({ id }) => ({ id, stockOnHand: 10000 })) });
}

async function ship(admin, id) {
	const { order } = await admin.ask('order', 'query($i: ID!){ order(id: $i){ lines{ id quantity } payments{ id state } } }', { i: id });
	const payment = order.payments.find((each) => each.state === 'Authorized');
	same('the money', (await admin.ask('capture',
		'mutation($i: ID!){ settlePayment(id: $i){ ... on Payment{ state } ... on ErrorResult{ message } } }',
		{ i: payment.id })).settlePayment.state, 'Settled');
	const { addFulfillmentToOrder: parcel } = await admin.ask('parcel',
		'mutation($i: FulfillOrderInput!){ addFulfillmentToOrder(input: $i){ ... on Fulfillment{ id } ... on ErrorResult{ message } } }', { i: {
			lines: order.lines.map((line) => ({ orderLineId: line.id, quantity: line.quantity })),
			handler: { code: 'manual-fulfillment', arguments: [{ name: 'method', value: 'Post' }, { name: 'trackingCode', value: id }] },
		} });
	same('the parcel', parcel.message, undefined);
	same('the shipment', (await admin.ask('shipped',
		'mutation($i: ID!){ transitionFulfillmentToState(id: $i, state: "Shipped"){ ... on Fulfillment{ state } ... on ErrorResult{ message } } }',
		{ i: parcel.id })).transitionFulfillmentToState.state, 'Shipped');
}

module.exports = { addProduct, login, restock, ship };
