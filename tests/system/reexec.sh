#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons that execute their own binary again (docs/roles.md): what works where the policy declares
# the binary, and what they say where it does not.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in nginx php-fpm8.2 curl; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=test-reexec
bulkhead() { "$BULKHEAD" "$@" --stack $stack; }
clean_up() { take_down $stack; }
process() { pid_of "services/$1" process; }
started() { awk '{print $22}' <(sed 's/.*) /x x /' "/proc/$1/stat"); }
said() { grep -q -- "$2" "/var/log/bulkhead/$stack/$1/log"; }
answers() { [ "$(curl -s --max-time 5 http://127.0.0.1:18080/)" = "from php" ]; }
forms() { [ "$(grep -c "fpm is running" "/var/log/bulkhead/$stack/php/log")" = "$1" ]; }

put "$folder/php/index.php" <<<'<?php echo "from php";'
put "$folder/php-fpm.conf" <<END
[global]
daemonize = no
error_log = /proc/self/fd/2
[shop]
listen = /run/php/shop.sock
pm = static
pm.max_children = 2
php_admin_value[pcre.jit] = 0
END
put "$folder/nginx.conf" <<END
pid /run/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  server {
    listen 8080;
    location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $folder/php/index.php;
      fastcgi_pass unix:/run/php/shop.sock;
    }
  }
}
END
put "$policy" <<END
bulkhead: 1
stack: $stack
services:
  edge:
    role: nginx
    user: www-data
    command: [nginx, -e, stderr, -c, $folder/nginx.conf, -g, daemon off;]
    files: {read: [$folder/nginx.conf]}
    listens: [8080]
    publishes: {8080: "127.0.0.1:18080"}
    connects: ["php:unix:/run/php/shop.sock"]
  php:
    role: php-fpm
    command: [php-fpm8.2, -F, -y, $folder/php-fpm.conf]
    programs: [/usr/sbin/php-fpm8.2]
    files: {read: [$folder/php-fpm.conf, $folder/php]}
    listens: [{unix: /run/php/shop.sock, group: www-data, mode: 0660}]
END
expect 0 'a pool that may execute its own binary, and nginx' "$BULKHEAD" up --roles "$roles" -f "$policy"
expect 0 'answer' answers
php=$(process php) before=$(forms 1 && started "$(process php)")
expect 0 'USR2 to PHP-FPM' bulkhead signal php USR2
within 20 'makes it execute itself' forms 2
if [ "$(started "$php")" = "$before" ]; then ok 'as the same process'; else not_ok 'as the same process'; fi
within 20 'the pool answers' answers
expect 0 'a second time' bulkhead signal php USR2
within 20 'it executes itself' forms 3
within 20 'and answers again' answers
expect 0 'and each layer is as it was' "$BULKHEAD" status $stack

edge=$(process edge)
expect 0 'USR2 to nginx' bulkhead signal edge USR2
within 20 'is ignored, as it says' said edge 'the changing binary signal is ignored'
if kill -0 "$edge"; then ok 'it stays'; else not_ok 'it stays'; fi
expect 0 'and serves on' answers
expect 0 'down' "$BULKHEAD" down $stack

may='execute itself, which'
sed -i 's/^    programs:/    reload: {signal: USR2}\n&/' "$policy"
expect 0 'a reload by USR2 is good where the binary is declared' "$BULKHEAD" check --roles "$roles" -f "$policy"
if grep -q "$may" "$output"; then not_ok 'and nothing is said of it'; else ok 'and nothing is said of it'; fi
sed -i '/programs:/d' "$policy"
expect 0 'where it is not' "$BULKHEAD" check --roles "$roles" -f "$policy"
says "$may" 'a warning says so'
says 'add programs: [/usr/sbin/php-fpm8.2]' 'and what to type'
sed -i '/reload:/d' "$policy"
expect 0 'a pool that may not' "$BULKHEAD" up --roles "$roles" -f "$policy"
php=$(process php)
expect 0 'is told to' bulkhead signal php USR2
within 20 'ends' gone "$php"
within 20 'and says why' said php 'failed to reload: execvp() failed'
within 20 'it is started anew, and answers' answers
