#!/bin/sh
# Writes the secrets that docker-compose.yml reads: random, never overwritten.
# The folder opens only to its owner. The files in it are readable, because compose shows each file, as it is, to
# processes that run as another user; without the folder nobody else gets as far as the files.
set -eu
here=$(dirname "$0")
mkdir -p -m 0700 "$here/secrets"
chmod 0700 "$here/secrets"
cd "$here/secrets"
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
[ -e postgres_password ] || random > postgres_password
[ -e database_url ] || printf 'postgresql://rooms:%s@postgres:5432/rooms' "$(cat postgres_password)" > database_url
[ -e turn_secret ] || random > turn_secret
[ -e turnserver.conf ] || { cat ../turnserver.conf; printf 'static-auth-secret=%s\n' "$(cat turn_secret)"; } > turnserver.conf
[ -e smtp_password ] || : > smtp_password
chmod 0644 ./*
echo "Secrets are in $here/secrets. Put the mail account's password into smtp_password."
