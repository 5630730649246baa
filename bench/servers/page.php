<?php // SPDX-License-Identifier: GPL-2.0-or-later
// A page of a hundred products: what a template does, with no database behind it.
$total = 0;
foreach (range(1, 100) as $number) {
	$price = crc32("product $number") % 10000;
	$total += $price;
	printf("<li><a href=\"/product/%d\">%s</a> %.2f</li>\n", $number,
		htmlspecialchars(ucfirst("product <$number>")), $price / 100);
}
echo "<p>$total</p>\n", file_get_contents(__DIR__ . '/footer.html');
