<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// The catalogue, from the database; each visit is written down.

$database = new PDO('pgsql:host=' . (getenv('DB_HOST') ?: 'db') . ';dbname=shop', 'shop', getenv('DB_PASSWORD'),
	[PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$database->exec('INSERT INTO view (product) SELECT id FROM product');
$views = $database->query('SELECT count(*) FROM view')->fetchColumn();

header('Content-Type: text/html; charset=utf-8');
echo "<h1>Catalogue</h1>\n<ul>\n";
foreach ($database->query('SELECT name, price FROM product ORDER BY id') as $row)
	printf("<li>%s: %.2f</li>\n", htmlspecialchars($row['name']), $row['price'] / 100);
echo "</ul>\n<p>$views views, ", preg_replace('/\D+/', ' ', PHP_VERSION), "</p>\n";
