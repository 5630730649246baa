// SPDX-License-Identifier: GPL-2.0-or-later
// What customers do: look around, buy.
'use strict';
const { Api, get, same } = require('./api');

const terms = ['laptop', 'camera', 'shoe', 'plant', 'chair', 'lens', 'bonsai', 'tent', 'bike', 'keyboard'];
const found = 'totalItems items{ productName slug productVariantId productAsset{ preview } }';
const order = '... on Order { id code state totalWithTax payments { id state errorMessage } }'
	+ ' ... on ErrorResult { errorCode message }';

const any = (list) => list[Math.floor(Math.random() * list.length)];
const isPicture = (body) => body.subarray(0, 4).toString() === 'RIFF';	// webp

const looks = 20;	// at what nginx has: a page of a shop has as many pictures

// A search, one of the products found, its picture: in a size that nobody had before, which the shop
// scales, then as the shop keeps it, then as nginx does (which knows a question by its words).
async function browse(base, measures, shop = new Api(base, 'shop-api', measures)) {
	const question = `query($i: SearchInput!){ search(input: $i){ ${found} } }`;
	const input = { term: any(terms), take: 10, groupByProduct: true };
	let { items } = (await shop.ask('search', question, { i: input })).search;
	if (!items.length)
		({ items } = (await shop.ask('list', question, { i: { take: 20, groupByProduct: true } })).search);
	const item = any(items);
	if (!item)
		throw new Error('the catalogue is empty');
	await shop.ask('product', 'query($s: String!){ product(slug: $s){ name description '
		+ 'variants{ id name priceWithTax stockLevel } collections{ slug } } }', { s: item.slug });
	if (item.productAsset) {
		const { pathname } = new URL(item.productAsset.preview);
		const side = () => 100 + Math.floor(Math.random() * 400);
		const url = `${base}${pathname}?w=${side()}&h=${side()}&mode=crop&format=webp`;
		await get(measures, 'picture, scaled', url, isPicture);
		await get(measures, 'picture, scaled before', `${url}&again`, isPicture);
		for (let look = 0; look < looks; look++)
			await get(measures, 'picture, from nginx', url, isPicture);
	}
	return item;
}

async function pay(shop, method) {
	const { addPaymentToOrder } = await shop.ask(`payment, ${method}`,
		`mutation($i: PaymentInput!){ addPaymentToOrder(input: $i){ ${order} } }`,
		{ i: { method: 'card', metadata: { method: `pm_card_${method}` } } });
	return addPaymentToOrder;
}

// A whole checkout; with `declined`, the first card is refused.
async function checkout(base, measures, declined = false) {
	const shop = new Api(base, 'shop-api', measures);
	const { productVariantId } = await browse(base, measures, shop);
	const added = (await shop.ask('into the cart',
		`mutation($v: ID!){ addItemToOrder(productVariantId: $v, quantity: 1){ ${order} } }`,
		{ v: productVariantId })).addItemToOrder;
	same('the cart', added.errorCode ?? added.state, 'AddingItems');
	await shop.ask('customer', 'mutation($i: CreateCustomerInput!){ setCustomerForOrder(input: $i){ __typename } }', {
		i: { firstName: 'Ada', lastName: 'Buyer', emailAddress: `ada.${added.code}@example.test`.toLowerCase() },
	});
	await shop.ask('address', 'mutation($i: CreateAddressInput!){ setOrderShippingAddress(input: $i){ __typename } }', {
		i: { fullName: 'Ada Buyer', streetLine1: '1 High Street', city: 'London', postalCode: 'E1 1AA', countryCode: 'GB' },
	});
	const methods = (await shop.ask('shipping methods', '{ eligibleShippingMethods{ id } }')).eligibleShippingMethods;
	await shop.ask('shipping', 'mutation($i: [ID!]!){ setOrderShippingMethod(shippingMethodId: $i){ __typename } }',
		{ i: [any(methods).id] });
	same('the order', (await shop.ask('to payment',
		'mutation{ transitionOrderToState(state: "ArrangingPayment"){ ... on Order{ state } ... on ErrorResult{ message } } }',
	)).transitionOrderToState.state, 'ArrangingPayment');
	if (declined)
		same('a refused card', (await pay(shop, 'chargeDeclined')).errorCode, 'PAYMENT_DECLINED_ERROR');
	const paid = await pay(shop, 'visa');
	same('a good card', paid.errorCode ?? paid.state, 'PaymentAuthorized');
	const { orderByCode } = await shop.ask('confirmation',
		'query($c: String!){ orderByCode(code: $c){ state totalWithTax } }', { c: paid.code });
	same('the confirmed order', orderByCode.state, 'PaymentAuthorized');
	return paid;
}

module.exports = { browse, checkout };
