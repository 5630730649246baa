<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// What a page may do, once each: it says the first thing that does not work, or that all did.
// The folder in $_SERVER['DATA'] is on another file system than /tmp.
$data = $_SERVER['DATA'];
$warnings = [];
set_error_handler(function ($kind, $text) use (&$warnings) { $warnings[] = $text; return true; });

function port_by_name() { return getservbyname('http', 'tcp') === 80 && getprotobyname('tcp') === 6; }
function peer() {
	$socket = fsockopen('127.0.0.1', 9001, $number, $text, 3);
	fwrite($socket, "GET / HTTP/1.0\r\n\r\n");
	$read = [$socket]; $none = null;
	return stream_select($read, $none, $none, 3) === 1 && strpos(fread($socket, 100), 'HTTP/1') === 0;
}
// Roots of this machine, known by their links in /etc/ssl/certs, as TLS peers' would be.
function authority() {
	$good = 0;
	foreach (glob('/etc/ssl/certs/*.0') ?: [] as $file) {
		$text = file_get_contents($file);
		if ($good < 3 && openssl_x509_checkpurpose($text, X509_PURPOSE_ANY, ['/etc/ssl/certs']) === true)
			$good++;
	}
	return $good === 3;
}
function request_for_certificate() {
	$key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
	return openssl_csr_new(['commonName' => 'shop'], $key) !== false;
}
function locked($file) { $open = fopen($file, 'c+'); return flock($open, LOCK_EX) && flock($open, LOCK_UN); }
function emptied($file) { $open = fopen($file, 'r+'); return ftruncate($open, 2) && fsync($open) && fdatasync($open) && fstat($open)['size'] === 2; }

$acts = [
	'extensions' => fn() => extension_loaded('pdo_pgsql') && extension_loaded('gd') && extension_loaded('intl'),
	'a folder of its own' => fn() => getcwd() === __DIR__,
	'another folder' => fn() => chdir('/tmp') && getcwd() === '/tmp' && chdir(__DIR__),
	'a session' => fn() => session_start() && ($_SESSION['a'] = 1) && session_write_close(),
	'a file' => fn() => file_put_contents("$data/file", 'of some length') === 14,
	'its size' => fn() => emptied("$data/file"),
	'a lock' => fn() => locked("$data/file"),
	'its mode' => fn() => chmod("$data/file", 0600) && (fileperms("$data/file") & 0777) === 0600,
	'its times' => fn() => touch("$data/file", 1000) && (clearstatcache() ?? filemtime("$data/file")) === 1000,
	'a copy' => fn() => copy("$data/file", "$data/copy"),
	'a copy to another file system' => fn() => copy("$data/file", '/tmp/copy') && filesize('/tmp/copy') === 2,
	'another name' => fn() => rename("$data/file", "$data/other"),
	'folders' => fn() => mkdir("$data/more") && rmdir("$data/more"),
	'removal' => fn() => unlink("$data/other") && unlink("$data/copy"),
	'umask' => fn() => umask(0027) === 0022 && umask(0022) === 0027,
	'a temporary file' => fn() => fwrite(tmpfile(), 'x') === 1,
	'what it used' => fn() => getrusage()['ru_utime.tv_usec'] + getrusage()['ru_utime.tv_sec'] > 0,
	'processors and memory' => fn() => sys_getloadavg() !== false,
	'character sets' => fn() => iconv('ISO-8859-2', 'UTF-8', "\xb1") === "\u{105}" && iconv('CP1250', 'UTF-16LE', 'a') === "a\0",
	'a time zone by name' => fn() => (new DateTime('2026-07-01', new DateTimeZone('Europe/Berlin')))->getOffset() === 7200,
	'sorting by a locale' => fn() => setlocale(LC_ALL, 'C.UTF-8') !== false && (new Collator('de_DE'))->compare('ä', 'z') < 0,
	'ports and protocols by name' => 'port_by_name',
	'its peer' => 'peer',
	'authorities' => 'authority',
	'a key and a request' => 'request_for_certificate',
	'a picture' => fn() => imagepng(imagecreatetruecolor(9, 9), "$data/picture.png") && unlink("$data/picture.png"),
	'kinds of files' => fn() => mime_content_type(__FILE__) === 'text/x-php',
	'its compiled pages' => fn() => opcache_get_status(false)['opcache_enabled'] === true,
	'a name' => fn() => gethostbyname('localhost') === '127.0.0.1',
	'an upload' => fn() => !$_FILES || move_uploaded_file($_FILES['f']['tmp_name'], "$data/upload") && unlink("$data/upload"),
	'libraries on its path' => fn() => (include 'getid3/getid3.php') !== false,
];
foreach ($acts as $name => $act) {
	$warnings = [];
	$good = false;
	try { $good = $act(); } catch (Throwable $error) { $warnings[] = $error->getMessage(); }
	if ($good === false || $warnings)
		exit("not ok $name: " . implode('; ', $warnings) . "\n");
}
echo "all of it works\n";
