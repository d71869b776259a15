#!/bin/bash
# bench/make-image.sh FOLDER [MIB=4096] [SEED=1] [v1]
#
# FOLDER/v1.img: a disk image of MIB with an ext4 file system: about half of it files of this machine's /usr, 8 % that no
# compression helps, a file of database-like pages, a log, the rest free (zeros, holes in the file).
# FOLDER/v2.img: v1 after a day of use: pages rewritten in place, new files, deleted files, a longer log; about 5 % of its
# blocks of 512 KiB differ. Through a loop mount as root, otherwise by rewriting blocks. With a fourth argument `v1`, none.
# FOLDER/changed: the indexes of those blocks (uint32, little-endian), as EBS would name them.
# Then prints what came out as JSON. The same machine and seed give the same shape, not the same bits.
set -euo pipefail
folder=${1:?FOLDER} mib=${2:-4096} seed=${3:-1} only=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
node=${NODE:-node}
export SOURCE_DATE_EPOCH=1700000000 LC_ALL=C
files="$folder/.files" tree="$folder/.tree" mounted="$folder/.mounted"
rm -rf "$tree"
mkdir -p "$tree"/{var/lib/db,var/log,srv/media,usr}

copy_usr() { # up to 56 % of the image, in a fixed order
  { for dir in /usr/bin /usr/sbin /usr/lib/x86_64-linux-gnu /usr/local /usr/share /usr/include /usr/libexec \
      /usr/lib/python3 /usr/lib/gcc /usr/lib; do
      find "$dir" -xdev -type f -size -200M -size +0 -printf '%s\t%p\n' 2>/dev/null | sort -t"$(printf '\t')" -k2
    done; } | awk -F'\t' '!seen[$2]++' |
    awk -F'\t' -v most=$((mib * 56 / 100 * 1048576)) \
      '{ sum += int(($1 + 4095) / 4096) * 4096; if (sum <= most) print $2 }' >"$files"
  (cd / && sed 's#^/##' "$files" | tr '\n' '\0' | xargs -0 -r cp -a --parents -t "$tree" 2>/dev/null) || true
}

copy_usr
"$node" "$here/image-content.mjs" fill "$tree" "$mib" "$seed"
rm -f "$folder/v1.img" "$folder/v2.img"
truncate -s "${mib}M" "$folder/v1.img"
mke2fs -q -t ext4 -b 4096 -m 1 -U 11111111-2222-3333-4444-555555555555 \
  -E hash_seed=11111111-2222-3333-4444-555555555555,lazy_itable_init=0,nodiscard -d "$tree" "$folder/v1.img"
rm -rf "$tree" "$files"

how=none
if [ "$only" != v1 ]; then
  cp --sparse=always "$folder/v1.img" "$folder/v2.img"
  mkdir -p "$mounted"
  if mount -o loop,noatime "$folder/v2.img" "$mounted" 2>/dev/null; then
    how=mounted
    "$node" "$here/image-content.mjs" work "$mounted" "$mib" "$seed"
    sync
    umount "$mounted"
  else
    how=rewritten
    "$node" "$here/image-content.mjs" rewrite "$folder/v2.img" "$mib" "$seed"
  fi
  rmdir "$mounted"
  fallocate -d "$folder/v2.img" 2>/dev/null || true
fi
fallocate -d "$folder/v1.img" 2>/dev/null || true
"$node" "$here/image-content.mjs" compare "$folder" "$how"
