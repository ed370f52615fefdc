#!/bin/bash
# Process 1 of a bare domain controller: stock paths, its own /etc, and nothing
# but samba. bench calls it: bare.sh STATE HOSTNAME, in new namespaces.
set -eu
state=$1
umount -R /run/netns 2>/dev/null || true
mount -t proc proc /proc
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
