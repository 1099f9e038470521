#!/bin/sh
# Installs the Altmap agent from its unpacked tarball: install.sh [--prefix DIR] [--destdir DIR]
# SPDX-License-Identifier: Apache-2.0
set -eu

prefix=/usr/local
destdir=''
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --destdir)
      [ -n "${2:-}" ] || { echo "install.sh: $1: expected a folder" >&2; exit 2; }
      if [ "$1" = --prefix ]; then prefix=$2; else destdir=$2; fi
      shift 2
      ;;
    *)
      echo "install.sh: expected --prefix DIR or --destdir DIR, got \"$1\"" >&2
      exit 2
      ;;
  esac
done

source=$(dirname -- "$0")
mkdir -p "$destdir$prefix/bin" "$destdir/etc/altmap"
cp "$source/altmap-agent" "$destdir$prefix/bin/altmap-agent.new"
chmod 755 "$destdir$prefix/bin/altmap-agent.new"
mv "$destdir$prefix/bin/altmap-agent.new" "$destdir$prefix/bin/altmap-agent"
if [ ! -e "$destdir/etc/altmap/agent.conf" ]; then
  cp "$source/agent.conf" "$destdir/etc/altmap/agent.conf"
  chmod 644 "$destdir/etc/altmap/agent.conf"
fi
echo "installed $prefix/bin/altmap-agent and /etc/altmap/agent.conf"

if [ -d "$destdir/etc/systemd" ]; then
  mkdir -p "$destdir/etc/systemd/system"
  for unit in altmap-agent.service altmap-agent.timer; do
    sed "s,^ExecStart=/usr/bin/,ExecStart=$prefix/bin/," "$source/systemd/$unit" >"$destdir/etc/systemd/system/$unit"
    chmod 644 "$destdir/etc/systemd/system/$unit"
  done
  echo "installed altmap-agent.service and altmap-agent.timer; systemctl enable --now altmap-agent.timer starts them"
fi
