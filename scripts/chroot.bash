# For scripts that try the tree in a bare Debian 12: sourced by them, after `keep` is set, and `me`, the script's name.
#
# Needs root and debootstrap. MIRROR names another mirror than deb.debian.org. What is made and mounted is gone when the script ends,
# unless `keep` is true; a script that starts something else ends it in a function `before_clean_up`.
mirror=${MIRROR:-http://deb.debian.org/debian}

say() { echo "$me: $*"; }
fail() {
  echo "$me: $*" >&2
  exit 1
}

(( EUID == 0 )) || fail "needs root, for chroot and mount"
PATH=$PATH:/usr/sbin:/sbin
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"

chroot_dir=$(mktemp -d /tmp/wampd-chroot.XXXXXX)
chmod 755 "$chroot_dir"  # it is the root folder of other users, too
mounted=()
before_clean_up() { :; }
clean_up() {
  before_clean_up
  local at
  for at in "${mounted[@]}"; do umount "$at" || umount --lazy "$at"; done
  if $keep; then
    say "kept: $chroot_dir"
  else
    rm -rf --one-file-system "$chroot_dir"
  fi
}
trap clean_up EXIT

# What runs a command there. Only settings that a machine's network may need; nothing else of this machine is seen inside.
inside=(env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy; do
  [[ -z "${!name:-}" ]] || inside+=("$name=${!name}")
done
[[ ! -f "${NODE_EXTRA_CA_CERTS:-}" ]] || inside+=(NODE_EXTRA_CA_CERTS=/etc/extra-ca.crt)
inside+=(chroot "$chroot_dir")

# make_chroot [PACKAGE]: a fresh Debian 12, with that package.
make_chroot() {
  say "making a fresh Debian 12 in $chroot_dir (about a minute)"
  debootstrap --variant=minbase ${1:+--include="$1"} bookworm "$chroot_dir" "$mirror" >"$chroot_dir.log" 2>&1 || {
    tail -n 5 "$chroot_dir.log" >&2
    fail "debootstrap failed (above)"
  }
  rm -f "$chroot_dir.log"
  cp -L /etc/resolv.conf /etc/hosts "$chroot_dir/etc/"
  [[ ! -f "${NODE_EXTRA_CA_CERTS:-}" ]] || cp "$NODE_EXTRA_CA_CERTS" "$chroot_dir/etc/extra-ca.crt"
}

# For programs that are run by `inside`.
mount_chroot() {
  mount -t proc proc "$chroot_dir/proc"
  mounted=("$chroot_dir/proc")
  mkdir -p "$chroot_dir/dev/shm"
  mount -t tmpfs tmpfs "$chroot_dir/dev/shm"
  mounted=("$chroot_dir/dev/shm" "${mounted[@]}")
}

# copy_tree FOLDER: the tree (`tree`) as git knows it or would add it: no build folder, no node_modules.
copy_tree() {
  mkdir -p "$1"
  (cd "$tree" && git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --ignore-failed-read -c) | tar -C "$1" -x
}
