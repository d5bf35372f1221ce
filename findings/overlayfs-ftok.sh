#!/usr/bin/env bash
# Two containers of one pod from the same image, with a shared IPC namespace, get different keys from ftok(3) of the same file: each
# root is an overlay mount with a device number of its own, and ftok takes 8 bits of that number. So does the host, for the file in the
# image's own folder. Here two overlay mounts over one folder, as container engines make them. Needs root, for the mounts.
own_mounts=yes # for lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$work/ftok.c" <<'END'
#include <stdio.h>
#include <sys/ipc.h>

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++)
        printf("%08x\n", (unsigned) ftok(argv[i], 'a'));
}
END
compile "$work/ftok.c" "$work/ftok"
mkdir "$work/disk"
mount -t tmpfs none "$work/disk"
trap 'umount --recursive "$work/disk"; rm -rf "$work"' EXIT
cd "$work/disk"
mkdir image
echo program >image/app
for container in one two; do
  mkdir $container "$container-changes" "$container-work"
  mount -t overlay none -o "lowerdir=image,upperdir=$container-changes,workdir=$container-work" $container
done
seen "inodes of image/app, one/app, two/app" same "$([ "$(stat -c %i image/app one/app two/app | uniq | wc -l)" = 1 ] && echo same)"
keys=$("$work/ftok" image/app one/app two/app)
echo "keys: "$keys
seen "different keys" 3 "$(sort -u <<<"$keys" | wc -l)"
echo "Linux $(uname -r | grep -o '^[0-9]*\.[0-9]*')"
cd /
