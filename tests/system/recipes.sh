#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# docs/recipes.md, as it stands there: its blocks are read from the page, and nothing but paths and
# ports is another.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in nginx logrotate openssl curl; do
  command -v $program >/dev/null || skip_all "needs $program"
done
roles=$PWD/roles page=$PWD/docs/recipes.md stack=test-recipes
mkdir "$folder/bin"
# What hooks and scripts call by its name.
ln -s "$(realpath "$BULKHEAD")" "$folder/bin/bulkhead"
export PATH=$folder/bin:$PATH
clean_up() {
  bulkhead down $stack >/dev/null 2>&1
  rm -rf "/var/log/bulkhead/$stack"
}

# The fenced block that follows <!-- block: NAME -->, for this machine.
block() { # NAME
  awk -v mark="<!-- block: $1 -->" '$0 == mark {on = 1; next} on && /^```/ {if (++fence == 2) exit; next} on && fence' "$page" |
    sed -e "s|/var/log/shop|$folder/log|g; s|/etc/shop|$folder/etc|g; s|/etc/letsencrypt|$folder/letsencrypt|g" \
      -e "s|stack: shop|stack: $stack|; s|0.0.0.0:443|127.0.0.1:18443|; s|/srv/shop|$folder/srv|g" \
      -e 's#bulkhead \(signal\|restart\|reload\|exec\) #&--stack test-recipes #'
}

install -d -m 750 -o www-data -g www-data "$folder/log"
put "$folder/etc/nginx.conf" <<END
pid /run/nginx.pid;
events {}
http {
  access_log $folder/log/access.log;
  server {
    listen 8443 ssl;
    ssl_certificate $folder/letsencrypt/live/shop.example/fullchain.pem;
    ssl_certificate_key $folder/letsencrypt/live/shop.example/privkey.pem;
    location / { return 200 "here\n"; }
  }
}
END

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
master() { sed -n 's/^ *"process": \([0-9]*\).*/\1/p' "/run/bulkhead/$stack/services/edge.json"; }

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
within 5 'it writes its log' written
expect 0 'logrotate turns it' logrotate -f -s "$folder/rotate.state" "$folder/rotate"
if [ -s "$output" ]; then not_ok 'and says nothing' "$(cat "$output")"; else ok 'and says nothing'; fi
before=$(lines access.log.1)
expect 0 'the shop answers after it' answers
within 5 'into the new log' written
expect 0 'and not into the old one' [ "$(lines access.log.1)" = "$before" ]
expect 0 'a second time' logrotate -f -s "$folder/rotate.state" "$folder/rotate"
expect 0 'the oldest is packed' test -s "$folder/log/access.log.2.gz"

# Certificates.
expect 0 'the first certificate is served' served 1
block hook | put "$folder/letsencrypt/renewal-hooks/deploy/shop"
chmod 755 "$folder/letsencrypt/renewal-hooks/deploy/shop"
issue 2
expect 0 'a renewed one is not, before the hook' served 1
expect 0 'the hook' "$folder/letsencrypt/renewal-hooks/deploy/shop"
within 5 'makes it served' served 2
rm "$folder/letsencrypt/live/shop.example/fullchain.pem"
expect 0 'a hook after a renewal that went wrong' "$folder/letsencrypt/renewal-hooks/deploy/shop"
said() { grep -q 'cannot load certificate' "$folder/log/error.log"; }
within 5 'is answered in the error log' said
expect 0 'and the last good one is served on' served 2
ln -sfn ../../archive/shop.example/fullchain2.pem "$folder/letsencrypt/live/shop.example/fullchain.pem"
if [ "$(master)" = "$first" ] && kill -0 "$first"; then ok 'all by one process'; else not_ok 'all by one process'; fi
expect 0 'it goes down' bulkhead down $stack
