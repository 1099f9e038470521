#!/bin/sh
# Builds the tarball and the Debian package of the agent: package.sh [FOLDER], by default dist-agent/ of this repository.
# Needs GNU tar, gzip and md5sum. The same sources give the same bytes; SOURCE_DATE_EPOCH is the time that the files bear.
# SPDX-License-Identifier: Apache-2.0
set -eu
LC_ALL=C
export LC_ALL
umask 022

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-$root/dist-agent}
version=$(sed -n 's/^VERSION=//p' "$here/altmap-agent")
epoch=${SOURCE_DATE_EPOCH:-1767225600}
maintainer='The Altmap authors <altmap@localhost>'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# Names in order, one owner, one time: nothing of this machine.
pack() { # FOLDER MEMBER...
  folder=$1
  shift
  tar --create --directory="$folder" --format=ustar --sort=name --mtime="@$epoch" --owner=root:0 --group=root:0 \
    --mode='u=rwX,go=rX' "$@" | gzip -9n
}

tree=$work/altmap-agent-$version
mkdir -p "$tree/systemd"
cp "$here/altmap-agent" "$here/install.sh" "$here/agent.conf" "$root/LICENSE" "$root/docs/agent.md" "$tree"
cp "$here/systemd/"* "$tree/systemd"
chmod 755 "$tree/altmap-agent" "$tree/install.sh"
pack "$work" "altmap-agent-$version" >"$out/altmap-agent-$version.tar.gz"

data=$work/data
mkdir -p "$data/usr/bin" "$data/usr/lib/systemd/system" "$data/usr/share/doc/altmap-agent" "$data/etc/altmap" "$work/control"
cp "$here/altmap-agent" "$data/usr/bin"
chmod 755 "$data/usr/bin/altmap-agent"
cp "$here/systemd/"* "$data/usr/lib/systemd/system"
cp "$here/agent.conf" "$data/etc/altmap"
cp "$root/docs/agent.md" "$data/usr/share/doc/altmap-agent"
cat >"$data/usr/share/doc/altmap-agent/copyright" <<'EOF'
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Altmap
Files: *
Copyright: the Altmap authors
License: Apache-2.0
 On Debian systems the text of this license is in /usr/share/common-licenses/Apache-2.0.
EOF

cat >"$work/control/control" <<EOF
Package: altmap-agent
Version: $version
Architecture: all
Maintainer: $maintainer
Installed-Size: $(($(find "$data" -type f -exec cat {} + | wc -c) / 1024 + 1))
Depends: curl | wget
Recommends: ca-certificates
Suggests: ndctl, daxctl
Section: admin
Priority: optional
Description: Reports kernel config and memory map of an arm64 host to Altmap
 Altmap tells where device memory can be hotplugged with its struct pages on
 the device itself (vmem_altmap), under 4K, 16K and 64K pages. The agent is one
 shell script; it sends what changed, once an hour.
EOF
echo /etc/altmap/agent.conf >"$work/control/conffiles"
(cd "$data" && find . -type f ! -path './etc/*' | sort | cut -c3- | xargs md5sum) >"$work/control/md5sums"
cat >"$work/control/postinst" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart altmap-agent.timer
fi
EOF
cat >"$work/control/prerm" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now altmap-agent.timer
fi
EOF
cat >"$work/control/postrm" <<'EOF'
#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rm -rf /var/lib/altmap-agent
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
EOF
chmod 755 "$work/control/postinst" "$work/control/prerm" "$work/control/postrm"
echo 2.0 >"$work/debian-binary"
pack "$work/control" . >"$work/control.tar.gz"
pack "$data" . >"$work/data.tar.gz"

# The ar format is a line for each file and nothing else: no ar is needed.
{
  printf '!<arch>\n'
  for member in debian-binary control.tar.gz data.tar.gz; do
    bytes=$(($(wc -c <"$work/$member")))
    printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' "$member" "$epoch" 0 0 100644 "$bytes"
    cat "$work/$member"
    [ $((bytes % 2)) -eq 0 ] || printf '\n'
  done
} >"$out/altmap-agent_${version}_all.deb"

(cd "$out" && sha256sum "altmap-agent-$version.tar.gz" "altmap-agent_${version}_all.deb" | tee SHA256SUMS)
