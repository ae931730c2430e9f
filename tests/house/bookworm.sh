#!/bin/sh
# `make prove`: a fresh Debian 12 with Python and make and nothing else, in which a clean clone is started and tested.
# Needs root and debootstrap. The system is made once, in build/bookworm; each run works on a copy of it.
set -eu
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "这一步要用 root：sudo make prove" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "缺少 debootstrap。请先运行：apt-get install -y debootstrap" >&2; exit 1; }
top=$PWD/build
base=$top/bookworm
house=$top/bookworm-run
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if [ ! -e "$base/.whole" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase --include=python3,make,git,ca-certificates,procps,curl bookworm "$base" "$mirror"
    touch "$base/.whole"
fi

# nothing of this machine is bound into it, so that removing it can remove nothing else
unmount() { for point in dev/shm dev/pts proc; do umount -l "$house/$point" 2>/dev/null || true; done; }
trap unmount EXIT
unmount
! grep -q " $house/" /proc/mounts
rm -rf --one-file-system "$house"
cp -a "$base" "$house"
# the network as this machine has it: names, certificates, package indexes
for file in /etc/resolv.conf /etc/hosts /etc/apt/sources.list /etc/pip.conf; do
    [ -e "$file" ] && cp -L "$file" "$house$file"
done
for folder in /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings /usr/local/share/ca-certificates; do
    [ -d "$folder" ] && mkdir -p "$house$folder" && cp -aL "$folder/." "$house$folder/"
done
cp -L /etc/ssl/certs/ca-certificates.crt "$house/etc/ssl/certs/ca-certificates.crt"
mount -t proc proc "$house/proc"
mount -t tmpfs -o mode=1777 tmpfs "$house/dev/shm"
mount -t devpts devpts "$house/dev/pts" || true

git clone -q --no-hardlinks . "$house/srv/hemei"
inside() {
    chroot "$house" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/srv LANG=C.UTF-8 \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" \
        PIP_INDEX_URL="${PIP_INDEX_URL:-}" PIP_CERT="${PIP_CERT:-}" SSL_CERT_FILE="${SSL_CERT_FILE:-}" \
        HEMEI_PORT=8765 sh -eu -c "cd /srv/hemei; for name in PIP_INDEX_URL PIP_CERT SSL_CERT_FILE http_proxy https_proxy no_proxy; do
            eval \"[ -n \\\"\\\$\$name\\\" ]\" || unset \$name; done; $1"
}

echo "== make run，第一次"
inside '
began=$(date +%s); : >run.log; make run >run.log 2>&1 & maker=$!
until grep -q "按 Ctrl-C 停止" run.log; do
    kill -0 $maker 2>/dev/null || { cat run.log; exit 1; }
    [ $(($(date +%s) - began)) -lt 240 ] || { cat run.log; echo "超过 4 分钟"; exit 1; }
    sleep 1
done
echo "第一次启动用了 $(($(date +%s) - began)) 秒"
curl -fsS http://127.0.0.1:8765/ | grep -q "青棠"
curl -fsS http://127.0.0.1:8765/desk/login/ >/dev/null
.venv/bin/hemei verify http://127.0.0.1:8765/ --fresh
kill -9 $(cat var/run/lock); sleep 2
left=$(grep -lsz "^HEMEI_HOME=/srv/hemei/var" /proc/[0-9]*/environ || true)
[ -z "$left" ] || { echo "监管进程被杀后还有进程在运行：$left"; exit 1; }
'
echo "== make run，第二次"
inside '
began=$(date +%s); : >run.log; make run >run.log 2>&1 & maker=$!
until grep -q "按 Ctrl-C 停止" run.log; do kill -0 $maker 2>/dev/null || { cat run.log; exit 1; }; sleep 0.2; done
took=$(($(date +%s) - began)); echo "再次启动用了 $took 秒"; [ $took -lt 10 ]
kill -INT $(cat var/run/lock); wait $maker
[ -z "$(grep -lsz "^HEMEI_HOME=/srv/hemei/var" /proc/[0-9]*/environ || true)" ]
'
echo "== make test"
inside 'make test'
echo "全新的 Debian 12 里，make run 和 make test 都成功。"
