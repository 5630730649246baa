<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// Takes a photo into the spool, where the renderer finds it.

$photo = $_FILES['photo'] ?? null;
if (!$photo || $photo['error'] !== UPLOAD_ERR_OK || !preg_match('/^[a-z0-9-]{1,40}\.(png|jpg)$/', $photo['name'])) {
	http_response_code(400);
	exit("a photo with a name like anchor.png, please\n");
}
$place = dirname(__DIR__) . '/spool/';
// The temporary file lies on another file system: copy under a name that the
// renderer ignores, then rename, so that it never sees half a photo.
if (!move_uploaded_file($photo['tmp_name'], $place . '.' . $photo['name'])
		|| !chmod($place . '.' . $photo['name'], 0644)
		|| !rename($place . '.' . $photo['name'], $place . $photo['name'])) {
	http_response_code(500);
	exit("cannot keep the photo\n");
}
http_response_code(202);
echo "taken\n";
