#!/bin/bash
# Process 1 of a computer on this machine: hold.sh STATE HOSTNAME, in new
# namespaces. It puts the computer's own /etc and Samba's folders from below
# STATE in their stock places, tells so (STATE/held), and then only reaps.
set -eu
state=$1
# The network namespaces of the host must not live on in here.
umount -R /run/netns 2>/dev/null || true
mount -t proc proc /proc
cd /
mount -t tmpfs tmpfs /dev/shm
hostname "$2"
mount --bind "$state/lib" /var/lib/samba
mount --bind "$state/cache" /var/cache/samba
mount --bind "$state/log" /var/log/samba
mount --bind "$state/etc" /etc
touch "$state/held"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/samba
trap 'exit 0' TERM
while :; do sleep 86400 & wait $! || true; done
