#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# docs/recipes.md, as it stands there: its blocks are read from the page, and nothing but paths and
# ports is another.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in nginx logrotate openssl curl node /usr/lib/postgresql/15/bin/pg_dump; do
  command -v $program >/dev/null || skip_all "needs $program"
done
page=$PWD/docs/recipes.md stack=test-recipes
mkdir "$folder/bin"
# What hooks and scripts call by its name.
ln -s "$(realpath "$BULKHEAD")" "$folder/bin/bulkhead"
export PATH=$folder/bin:$PATH
unset -f bulkhead
clean_up() { take_down $stack; }

# The fenced block that follows <!-- block: NAME -->, for this machine.
block() { # NAME
  awk -v mark="<!-- block: $1 -->" '$0 == mark {on = 1; next} on && /^```/ {if (++fence == 2) exit; next} on && fence' "$page" |
    sed -e "s|/var/log/shop|$folder/log|g; s|/etc/shop|$folder/etc|g; s|/etc/letsencrypt|$folder/letsencrypt|g" \
      -e "s|stack: shop|stack: $stack|; s|0.0.0.0:443|127.0.0.1:18443|; s|/srv/shop|$folder/srv|g" \
      -e 's#bulkhead \(signal\|restart\|reload\|exec\) #&--stack test-recipes #g' \
      -e "s#--stack test-recipes -f#--roles $roles -f#"
}

install -d -m 750 -o www-data -g www-data "$folder/log"
put "$folder/etc/nginx/nginx.conf" <<END
pid /run/nginx.pid;
events {}
http {
  access_log $folder/log/access.log;
  server {
    listen 8443 ssl;
    ssl_certificate $folder/letsencrypt/live/shop.example/fullchain.pem;
    ssl_certificate_key $folder/letsencrypt/live/shop.example/privkey.pem;
    location / { proxy_pass http://app:3000; }
  }
}
END

# Two releases of an application.
for release in 1 2; do
  put "$folder/srv/releases/$release/server.js" <<END
require('node:http').createServer((request, response) => response.end('release $release here')).listen(3000);
END
done
ln -s releases/1 "$folder/srv/current"

# A database with a password, and a table.
password='word of the database'
as_postgres() { (cd / && setpriv --reuid postgres --regid postgres --clear-groups "$@"); }
install -d -o postgres -g postgres -m 700 "$folder/srv/db"
install -d -o backup -g backup -m 700 "$folder/srv/backup"
(umask 077 && echo "$password" >"$folder/etc/db.key")
as_postgres /usr/lib/postgresql/15/bin/initdb -A trust --no-sync -D "$folder/srv/db" >"$output" 2>&1
printf 'host all all %s scram-sha-256\n' 0.0.0.0/0 ::/0 >>"$folder/srv/db/pg_hba.conf"
single() { as_postgres /usr/lib/postgresql/15/bin/postgres --single -D "$folder/srv/db" "$1" >"$output" 2>&1; }
single postgres <<<"CREATE ROLE shop LOGIN PASSWORD '$password'"
single postgres <<<'CREATE DATABASE shop OWNER shop'
single shop <<<'CREATE TABLE orders AS SELECT 4711 AS number'
single shop <<<'ALTER TABLE orders OWNER TO shop'

# As certbot keeps them: numbered files that only root reads, and links that lead to the newest.
issue() { # NUMBER
  local archive=$folder/letsencrypt/archive/shop.example live=$folder/letsencrypt/live/shop.example kind
  (umask 077 && mkdir -p "$archive" "$live")
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=shop.example/serialNumber=$1" -keyout "$archive/privkey$1.pem" -out "$archive/fullchain$1.pem" 2>/dev/null
  chmod 600 "$archive/privkey$1.pem"
  for kind in privkey fullchain; do ln -sfn "../../archive/shop.example/$kind$1.pem" "$live/$kind.pem"; done
}
served() { # NUMBER
  openssl s_client -connect 127.0.0.1:18443 -servername shop.example </dev/null 2>/dev/null |
    openssl x509 -noout -subject | grep -q "serialNumber = $1\$"
}
answers() { curl -sk --max-time 5 https://127.0.0.1:18443/ | grep -q here; }
master() { pid_of services/edge process; }

issue 1
block policy | put "$folder/bulkhead.yaml"
expect 0 "the page's policy is good" bulkhead check --roles "$roles" -f "$folder/bulkhead.yaml"
expect 0 'its shop comes up' bulkhead up --roles "$roles" -f "$folder/bulkhead.yaml"
expect 0 'and answers' answers
first=$(master)

# Logs.
block logrotate | put "$folder/rotate"
lines() { grep -c . "$folder/log/$1"; }
written() { [ "$(lines access.log)" -ge 1 ]; }
within 20 'it writes its log' written
expect 0 'logrotate turns it' logrotate -f -s "$folder/rotate.state" "$folder/rotate"
if [ -s "$output" ]; then not_ok 'and says nothing' "$(cat "$output")"; else ok 'and says nothing'; fi
before=$(lines access.log.1)
expect 0 'the shop answers after it' answers
within 20 'into the new log' written
expect 0 'and not into the old one' [ "$(lines access.log.1)" = "$before" ]
expect 0 'a second time' logrotate -f -s "$folder/rotate.state" "$folder/rotate"
expect 0 'the oldest is packed' test -s "$folder/log/access.log.2.gz"

# A configuration.
block configure | put "$folder/bin/configure"
chmod 755 "$folder/bin/configure"
sed -i 's/^    location/    add_header X-Shop changed;\n&/' "$folder/etc/nginx/nginx.conf"
header() { curl -sk -o /dev/null -D - --max-time 5 https://127.0.0.1:18443/ | grep -q '^X-Shop: changed'; }
expect 0 'a configuration that is good' configure
within 20 'is taken' header
sed -i 's/changed;/changed/' "$folder/etc/nginx/nginx.conf"
expect 1 'one with a mistake' configure
says 'is not terminated by' 'is not, and is said to be'
sed -i 's/changed/changed;/' "$folder/etc/nginx/nginx.conf"

# Certificates.
expect 0 'the first certificate is served' served 1
block hook | put "$folder/letsencrypt/renewal-hooks/deploy/shop"
chmod 755 "$folder/letsencrypt/renewal-hooks/deploy/shop"
issue 2
expect 0 'a renewed one is not, before the hook' served 1
expect 0 'the hook' "$folder/letsencrypt/renewal-hooks/deploy/shop"
within 20 'makes it served' served 2
rm "$folder/letsencrypt/live/shop.example/fullchain.pem"
expect 0 'a hook after a renewal that went wrong' "$folder/letsencrypt/renewal-hooks/deploy/shop"
said() { grep -q 'cannot load certificate' "$folder/log/error.log"; }
within 20 'is answered in the error log' said
expect 0 'and the last good one is served on' served 2
ln -sfn ../../archive/shop.example/fullchain2.pem "$folder/letsencrypt/live/shop.example/fullchain.pem"
if [ "$(master)" = "$first" ] && kill -0 "$first"; then ok 'all by one process'; else not_ok 'all by one process'; fi

# A deploy.
block deploy | put "$folder/bin/deploy"
chmod 755 "$folder/bin/deploy"
cp "$folder/bulkhead.yaml" "$folder/etc/bulkhead.yaml"
serves() { curl -sk --max-time 5 https://127.0.0.1:18443/ | grep -q "release $1"; }
expect 0 'the old release is served' serves 1
ln -sfn releases/2 "$folder/srv/current"
expect 0 'a link alone changes nothing' serves 1
ln -sfn releases/1 "$folder/srv/current"
expect 0 'a deploy' deploy 2
expect 0 'serves the new one when it is done' serves 2
if [ "$(master)" = "$first" ]; then ok 'nothing else was started again'; else not_ok 'nothing else was started again'; fi
expect 0 'a step back' deploy 1
expect 0 'serves the old one again' serves 1

# A backup.
backup=$folder/srv/backup/shop.dump
held() { /usr/lib/postgresql/15/bin/pg_restore -f - "$1" | grep -q 4711; }
expect 1 'before the job there is no backup' test -e "$backup"
expect 0 'it runs now' bulkhead restart --stack $stack backup
within 10 'and makes one' held "$backup"
expect 0 'its next time is known' bulkhead ps $stack
if grep -q '^backup .*03:15' "$output"; then ok 'as 03:15'; else not_ok 'as 03:15' "$(grep ^backup "$output")"; fi
block backups | put "$folder/backups"
expect 0 'logrotate puts it away' logrotate -f -s "$folder/rotate.state" "$folder/backups"
expect 0 'by its date' held "$backup-$(date +%Y%m%d)"
expect 0 'another' bulkhead restart --stack $stack backup
within 10 'stands beside it' held "$backup"

expect 0 'it goes down' bulkhead down $stack
