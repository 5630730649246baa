<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// Run once by setup: installs WordPress and makes a small catalogue with pictures drawn here.
define('WP_INSTALLING', true);
$_SERVER += ['HTTP_HOST' => '127.0.0.1:@HTTP@', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET'];
require '@ROOT@/www/wp-load.php';
foreach (['upgrade', 'image', 'file', 'media'] as $part)
	require_once ABSPATH . "wp-admin/includes/$part.php";

const PRODUCTS = ['Mug', 'Bonsai tree', 'Road bike', 'Camera lens', 'Tent', 'Chair', 'Keyboard', 'Laptop',
	'Plant pot', 'Running shoe', 'Skipping rope', 'Watch'];

function draw($file) {
	$image = imagecreatetruecolor(1200, 900);
	$colour = fn() => imagecolorallocate($image, random_int(0, 255), random_int(0, 255), random_int(0, 255));
	for ($i = 0; $i < 60; $i++)
		imagefilledellipse($image, random_int(0, 1200), random_int(0, 900), random_int(20, 400), random_int(20, 400),
			$colour());
	imagejpeg($image, $file, 85);
}

function add_product($number, $name) {
	$product = wp_insert_post([
		'post_type' => 'product', 'post_status' => 'publish', 'post_title' => $name,
		'post_content' => str_repeat('A very good ' . strtolower($name) . '. ', 20),
		'meta_input' => ['price' => 900 + 700 * $number],
	]);
	$file = wp_tempnam("product-$number.jpg");
	draw($file);
	$picture = media_handle_sideload(['name' => "product-$number.jpg", 'tmp_name' => $file], $product, $name);
	if (is_wp_error($picture)) {
		fwrite(STDERR, $picture->get_error_message() . "\n");
		exit(1);
	}
	set_post_thumbnail($product, $picture);
}

add_filter('pre_wp_mail', '__return_true');
if (!is_blog_installed()) {
	wp_install('A shop', 'admin', 'admin@example.test', true, '', getenv('ADMIN_PASSWORD'));
	update_option('permalink_structure', '/%postname%/');
	update_option('blog_public', 0);
	switch_theme('twentytwentyone');
}
do_action('init');
flush_rewrite_rules(true);
$known = get_posts(['post_type' => 'product', 'numberposts' => -1]);
if (!$known)
	foreach (PRODUCTS as $number => $name)
		add_product($number, $name);
echo count(get_posts(['post_type' => 'product', 'numberposts' => -1])), " products\n";
