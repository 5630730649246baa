<?php
// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plugin Name: Shop (must-use)
 *
 * A small shop on WordPress itself: products, a cart, a checkout that charges a card at the
 * provider, orders, mail, and a report each minute.
 */
defined('ABSPATH') || exit;

add_action('init', function () {
	register_post_type('product', [
		'public' => true, 'label' => 'Products', 'show_in_rest' => true, 'has_archive' => true,
		'rewrite' => ['slug' => 'shop'], 'supports' => ['title', 'editor', 'thumbnail', 'custom-fields'],
	]);
	register_post_type('shop_order', ['public' => false, 'show_ui' => true, 'label' => 'Orders']);
	register_post_meta('product', 'price', [
		'type' => 'integer', 'single' => true, 'show_in_rest' => true,
		'auth_callback' => fn() => current_user_can('edit_posts'),
	]);
	if (!wp_installing() && !wp_next_scheduled('shop_report'))
		wp_schedule_event(time(), 'shop_minute', 'shop_report');
});

add_filter('cron_schedules', fn($schedules) => $schedules
	+ ['shop_minute' => ['interval' => 60, 'display' => 'Every minute']]);
add_filter('show_admin_bar', '__return_false');
add_filter('the_content', function ($content) {
	if (get_post_type() !== 'product')
		return $content;
	return $content . '<p class="price">' . number_format(shop_price(get_the_ID()) / 100, 2) . ' USD</p>';
});

add_filter('wp_mail_from', fn() => 'shop@example.test');
add_action('phpmailer_init', function ($mailer) {
	$mailer->isSMTP();
	$mailer->Host = '127.0.0.1';
	$mailer->Port = SHOP_SMTP_PORT;
	$mailer->SMTPAutoTLS = false;
});

// Run by wp-cron.php: in the job, not in a page.
add_action('shop_report', function () {
	$orders = wp_count_posts('shop_order')->publish;
	file_put_contents(SHOP_REPORTS . '/sales-' . gmdate('Ymd-Hi') . '.csv', "status,orders\npublish,$orders\n");
});

function shop_price($product) {
	return (int) get_post_meta($product, 'price', true);
}

function shop_total($items) {
	$total = 0;
	foreach ($items as $product => $count)
		$total += $count * shop_price($product);
	return $total;
}

// Ask the payment provider: [status, answer].
function shop_provider($path, $body, $idempotency) {
	$response = wp_remote_post(SHOP_PSP . $path, [
		'timeout' => 8,
		'sslcertificates' => SHOP_AUTHORITY,
		'headers' => ['Authorization' => 'Bearer ' . getenv('PROVIDER_KEY'), 'Idempotency-Key' => $idempotency],
		'body' => $body,
	]);
	if (is_wp_error($response))
		return [0, ['error' => ['message' => $response->get_error_message()]]];
	return [wp_remote_retrieve_response_code($response), json_decode(wp_remote_retrieve_body($response), true)];
}

function shop_products($request) {
	$query = new WP_Query(['post_type' => 'product', 's' => (string) $request['search'], 'posts_per_page' => 10]);
	return array_map(fn($post) => [
		'id' => $post->ID, 'name' => $post->post_title, 'price' => shop_price($post->ID),
		'link' => get_permalink($post), 'image' => get_the_post_thumbnail_url($post, 'medium'),
	], $query->posts);
}

function shop_cart($request) {
	$id = preg_replace('/\W/', '', (string) $request['cart']) ?: bin2hex(random_bytes(12));
	$items = get_transient("cart_$id") ?: [];
	$product = (int) $request['product'];
	if ($product && get_post_type($product) === 'product')
		$items[$product] = ($items[$product] ?? 0) + max(1, (int) $request['quantity']);
	set_transient("cart_$id", $items, 3600);
	return ['cart' => $id, 'items' => $items, 'total' => shop_total($items)];
}

function shop_checkout($request) {
	$id = preg_replace('/\W/', '', (string) $request['cart']);
	$items = get_transient("cart_$id");
	if (!$items)
		return new WP_Error('empty', 'The cart is empty', ['status' => 400]);
	$total = 500 + shop_total($items);
	$method = (string) $request['method'];
	[$status, $intent] = shop_provider('/v1/payment_intents', [
		'amount' => $total, 'currency' => 'usd', 'payment_method' => $method, 'confirm' => 'true',
		'capture_method' => 'manual', 'metadata[order]' => $id,
	], "authorize-$id-$method");
	if ($status !== 200)
		return new WP_Error('payment', $intent['error']['message'] ?? 'payment failed', ['status' => 402]);
	[$status] = shop_provider("/v1/payment_intents/{$intent['id']}/capture", [], "capture-$id");
	$email = sanitize_email($request['email']);
	$order = wp_insert_post([
		'post_type' => 'shop_order', 'post_status' => 'publish',
		'post_title' => 'Order ' . strtoupper(substr($id, 0, 8)),
		'meta_input' => ['items' => $items, 'total' => $total, 'payment' => $intent['id'], 'email' => $email,
			'address' => sanitize_text_field($request['address'])],
	]);
	delete_transient("cart_$id");
	$mailed = wp_mail($email, "Order $order confirmed", 'Thank you. Total ' . number_format($total / 100, 2) . ' USD.');
	return ['order' => $order, 'total' => $total, 'payment' => $intent['id'], 'captured' => $status === 200,
		'mailed' => $mailed];
}

function shop_order($request) {
	$id = (int) $request['id'];
	if (get_post_type($id) !== 'shop_order')
		return new WP_Error('no', 'No such order', ['status' => 404]);
	return ['order' => $id, 'total' => (int) get_post_meta($id, 'total', true)];
}

add_action('rest_api_init', function () {
	$public = ['permission_callback' => '__return_true'];
	register_rest_route('shop/v1', '/products', $public + ['methods' => 'GET', 'callback' => 'shop_products']);
	register_rest_route('shop/v1', '/cart', $public + ['methods' => 'POST', 'callback' => 'shop_cart']);
	register_rest_route('shop/v1', '/checkout', $public + ['methods' => 'POST', 'callback' => 'shop_checkout']);
	register_rest_route('shop/v1', '/order/(?P<id>\d+)', $public + ['methods' => 'GET', 'callback' => 'shop_order']);
});
