<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// The stock configuration, as on any machine with one WordPress.
define('DB_NAME', 'shop');
define('DB_USER', 'wp');
define('DB_PASSWORD', getenv('DB_PASSWORD'));
@sockets define('DB_HOST', 'localhost:/run/mysqld/shop.sock');
@ports define('DB_HOST', '127.0.0.1:@DB@');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', 'http://127.0.0.1:@HTTP@');
define('WP_SITEURL', WP_HOME);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
	define($name . '_KEY', hash('sha256', $name . 'key' . DB_PASSWORD));
	define($name . '_SALT', hash('sha256', $name . 'salt' . DB_PASSWORD));
}
define('DISABLE_WP_CRON', true);            // a job runs wp-cron.php
define('WP_HTTP_BLOCK_EXTERNAL', true);     // no calls home: update checks, avatars
define('WP_ACCESSIBLE_HOSTS', '127.0.0.1');
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISALLOW_FILE_MODS', true);
define('WP_DEBUG', false);

define('SHOP_PSP', 'https://127.0.0.1:@PSP@');
define('SHOP_AUTHORITY', '@ROOT@/outside/ca.pem');
define('SHOP_SMTP_PORT', @SMTP@);
define('SHOP_REPORTS', '@ROOT@/reports');

$table_prefix = 'wp_';
if (!defined('ABSPATH'))
	define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
