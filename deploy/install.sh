#!/bin/sh
# Makes a machine of a hall out of a fresh Raspberry Pi OS Lite (Bookworm or Trixie, arm64) or Debian 12
# (x86-64): packages, program, user, units, devices' names. Safe to repeat; a second run changes what is new.
# docs/install.md tells the whole way.
set -eu

usage() {
    cat <<'WORDS'
Usage: deploy/install.sh [OPTION]... ROLE...
Sets this machine up for one or more roles: kiosk, counter, display, server, broker.

  --appliance         a machine that citizens touch: no login prompt on the screen, quiet boot, watchdog,
                      logs in memory, wait for the clock (kiosk, counter and display only)
  --refuse-keyboards  USB keyboards that are not listed in udev/71-motcua-keyboards.rules type into nothing
  --data-partition    /var/lib/motcua is the partition labelled motcua-data, for a read-only root
  --server-key KEY    believe only boards that this key signed; the server's machine prints it, see
                      docs/install.md (kiosk, counter and display only)
  --wheels FOLDER     take Python packages from FOLDER, not from the network
  --no-program        leave the program itself as it is; only settings, units and system files
  --no-start          enable, but do not start
  --root FOLDER       install into FOLDER instead of this machine; no packages, nothing is started
  --dry-run           say what would be done
WORDS
}

SOURCE=$(cd "$(dirname "$0")/.." && pwd)
HERE=$SOURCE/deploy
ROOT='' DRY='' ROLES='' APPLIANCE='' KEYBOARDS='' PARTITION='' KEY='' WHEELS='' PROGRAM=yes START=yes

fail() { echo "install.sh: $*" >&2; exit 2; }
say() { echo "install.sh: $*"; }
# Everything that changes something goes through here.
run() {
    if [ -n "$DRY" ]; then echo "would run: $*"; else "$@"; fi
}

while [ $# -gt 0 ]; do
    case $1 in
        --appliance) APPLIANCE=yes ;;
        --refuse-keyboards) KEYBOARDS=yes ;;
        --data-partition) PARTITION=yes ;;
        --server-key) [ $# -ge 2 ] || fail "--server-key needs a key"; KEY=$2; shift ;;
        --wheels) [ $# -ge 2 ] || fail "--wheels needs a folder"; WHEELS=$2; shift ;;
        --no-program) PROGRAM='' ;;
        --no-start) START='' ;;
        --root) [ $# -ge 2 ] || fail "--root needs a folder"; ROOT=${2%/}; shift ;;
        --dry-run) DRY=yes ;;
        --help | -h) usage; exit 0 ;;
        kiosk | counter | display | server | broker) ROLES="$ROLES $1" ;;
        -*) usage >&2; fail "there is no option $1" ;;
        *) fail "there is no role '$1': say kiosk, counter, display, server or broker" ;;
    esac
    shift
done
[ -n "$ROLES" ] || { usage >&2; fail "which role?"; }
case "$ROLES" in *server* | *broker*) [ -z "$APPLIANCE" ] || fail "--appliance is for kiosk, counter and display" ;; esac
[ -z "$ROOT" ] || [ -d "$ROOT" ] || fail "there is no folder $ROOT"
[ -z "$WHEELS" ] || [ -d "$WHEELS" ] || fail "there is no folder $WHEELS"
[ -n "$ROOT$DRY" ] || [ "$(id -u)" = 0 ] || fail "this needs root: sudo deploy/install.sh$ROLES"

has_screen() { case "$ROLES" in *kiosk* | *counter* | *display*) ;; *) return 1 ;; esac; }

if [ -n "$KEY" ]; then
    has_screen || fail "--server-key is for kiosk, counter and display"
    echo "$KEY" | grep -qxE '[A-Za-z0-9_-]{43}' || fail "a server's key has 43 signs, A-Z a-z 0-9 - and _, not '$KEY'"
fi

# --- what it stands on ------------------------------------------------------------------------------------

check_system() {
    [ -z "$ROOT" ] || return 0
    # shellcheck source=/dev/null
    . /etc/os-release
    case "${VERSION_ID:-}" in
        12 | 13) ;;
        *) fail "${PRETTY_NAME:-this system} was not thought of: Raspberry Pi OS or Debian, 12 or 13" ;;
    esac
    case "$(uname -m)" in
        aarch64 | x86_64) ;;
        armv7l | armv6l) fail "this is a 32-bit system: write the 64-bit image to the card" ;;
        *) fail "no packages are known for $(uname -m)" ;;
    esac
}

packages() {
    echo python3 python3-venv systemd-timesyncd
    if has_screen; then echo libdrm2 libgbm1 libegl1 libgles2 libgl1-mesa-dri libusb-1.0-0 python3-evdev; fi
    # Raspberry Pi OS has it; Debian on a PC has no such pins.
    if has_screen && apt-cache show python3-lgpio >/dev/null 2>&1; then echo python3-lgpio; fi
    case "$ROLES" in *display*) echo libasound2 espeak-ng ;; esac
}

install_packages() {
    [ -z "$ROOT" ] || return 0
    missing=''
    for package in $(packages); do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    run apt-get update -qq
    # shellcheck disable=SC2086  # a list of names
    run env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
}

# --- the program ------------------------------------------------------------------------------------------

# Each release has a folder of its own, named by what is in it; `current` points to one. The one before stays.
release_name() {
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$SOURCE/pyproject.toml")
    sum=$(cd "$SOURCE" && find pyproject.toml requirements.txt motcua.py broker display hardware kiosk server \
        -type f ! -path '*/__pycache__/*' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-8)
    echo "$version-$sum"
}

# The locked packages, less those that Debian brings: they have no wheel for every machine.
locked() {
    awk -v skip="$1" '
        /^[a-z0-9]/ { split($1, part, "=="); drop = index(skip, " " part[1] " ") }
        !drop { print }
    ' "$SOURCE/requirements.txt"
}

install_program() {
    [ -n "$PROGRAM" ] || return 0
    name=$(release_name)
    place=$ROOT/opt/motcua/$name
    if [ -e "$place/installed" ]; then
        say "release $name is there"
    else
        say "installing release $name"
        run rm -rf "$place"
        run mkdir -p "$ROOT/opt/motcua"
        run python3 -m venv --system-site-packages "$place"
        from_debian=' '
        if [ -z "$ROOT" ]; then
            for package in evdev lgpio; do
                if [ -n "$DRY" ] || dpkg-query -W -f '${Status}' "python3-$package" 2>/dev/null |
                    grep -q 'ok installed'; then from_debian="$from_debian$package "; fi
            done
        fi
        offline=''
        [ -z "$WHEELS" ] || offline="--no-index --find-links $WHEELS"
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        locked "$from_debian" >"$work/requirements.txt"
        # shellcheck disable=SC2086  # two words or none
        run "$place/bin/pip" --disable-pip-version-check -q install $offline --only-binary :all: \
            --no-deps --require-hashes -r "$work/requirements.txt"
        mkdir "$work/source"
        for part in pyproject.toml README.md LICENSE motcua.py broker display hardware kiosk server; do
            cp -R "$SOURCE/$part" "$work/source/"
        done
        run "$place/bin/pip" --disable-pip-version-check -q install --no-index --no-deps \
            --no-build-isolation "$work/source"
        run touch "$place/installed"
    fi
    [ "$(readlink "$ROOT/opt/motcua/current" 2>/dev/null)" != "$name" ] || return 0
    before=$(readlink "$ROOT/opt/motcua/current" 2>/dev/null || true)
    [ -z "$before" ] || run ln -sfn "$before" "$ROOT/opt/motcua/before"
    run ln -sfn "$name" "$ROOT/opt/motcua/current"
    for old in "$ROOT"/opt/motcua/*-*; do # a card is small: this one and the one before are kept
        [ -e "$old" ] || continue
        case "$(basename "$old")" in "$name" | "$before") ;; *) run rm -rf "$old" ;; esac
    done
}

# `motcua check` as the program itself would see things: its user, its groups, its settings; and `motcua` itself, which
# `sudo motcua enrol` finds there.
put_check() {
    put "$HERE/motcua-check" /usr/local/sbin/motcua-check 0755
    [ "$(readlink "$ROOT/usr/local/bin/motcua" 2>/dev/null)" = /opt/motcua/current/bin/motcua ] && return 0
    say /usr/local/bin/motcua
    run install -d -m 0755 "$ROOT/usr/local/bin"
    run ln -sfn /opt/motcua/current/bin/motcua "$ROOT/usr/local/bin/motcua"
}

# --- files of the system ----------------------------------------------------------------------------------

# put FILE PATH [MODE]: a file of ours, as it is.
put() {
    cmp -s "$1" "$ROOT$2" && return 0
    say "$2"
    run install -D -m "${3:-0644}" "$1" "$ROOT$2"
}

# add_lines FILE PATH: each line of ours that PATH does not have yet, appended; for config.txt.
add_lines() {
    [ -e "$2" ] || return 0
    while IFS= read -r line; do
        grep -qxF "$line" "$2" && continue
        say "$2: $line"
        [ -n "$DRY" ] || echo "$line" >>"$2"
    done <"$1"
}

# add_words FILE PATH: cmdline.txt is one line: each word of ours that it does not have yet.
add_words() {
    [ -e "$2" ] || return 0
    # shellcheck disable=SC2013  # words are meant
    for word in $(cat "$1"); do
        grep -qwF -- "$word" "$2" && continue
        say "$2: $word"
        run sed -i "1s/\$/ $word/" "$2"
    done
}

# The server's public key, in the settings of each role that reads boards.
put_key() {
    [ -n "$KEY" ] || return 0
    for role in $ROLES; do
        case $role in server | broker) continue ;; esac
        file=$ROOT/etc/motcua/$role.toml
        line="server_key = \"$KEY\""
        [ ! -e "$file" ] || ! grep -qxF "$line" "$file" || continue
        say "/etc/motcua/$role.toml: server_key"
        run sed -i -e '/^[# ]*server_key *=/d' -e "/^\\[broker\\]/a $line" "$file"
        [ -n "$DRY" ] || grep -qxF "$line" "$file" || fail "$file has no table [broker] for the server's key"
    done
}

install_files() {
    put "$HERE/etc/sysusers.d/motcua.conf" /etc/sysusers.d/motcua.conf
    run systemd-sysusers ${ROOT:+--root="$ROOT"} "$ROOT/etc/sysusers.d/motcua.conf"
    put "$HERE/systemd/motcua-.service.d/every.conf" /etc/systemd/system/motcua-.service.d/every.conf
    run install -d -m 0750 "$ROOT/etc/motcua" "$ROOT/etc/motcua/credentials"
    for role in $ROLES; do
        put "$HERE/systemd/motcua-$role.service" "/etc/systemd/system/motcua-$role.service"
        if [ ! -e "$ROOT/etc/motcua/$role.toml" ]; then
            put "$SOURCE/examples/pi/$role.toml" "/etc/motcua/$role.toml" 0640
            START='' # somebody has to write there what hangs on this machine
        fi
    done
    case "$ROLES" in *server*)
        [ -e "$ROOT/etc/motcua/hall.toml" ] || put "$SOURCE/examples/hanam/hall.toml" /etc/motcua/hall.toml 0640
        ;;
    esac
    [ -n "$ROOT" ] || run chgrp -R motcua /etc/motcua
    if has_screen; then
        put "$HERE/etc/udev/rules.d/70-motcua.rules" /etc/udev/rules.d/70-motcua.rules
        put "$HERE/etc/modules-load.d/motcua.conf" /etc/modules-load.d/motcua.conf
    fi
    if [ -n "$KEYBOARDS" ]; then
        put "$HERE/udev/71-motcua-keyboards.rules" /etc/udev/rules.d/71-motcua-keyboards.rules
    fi
    if [ -n "$PARTITION" ]; then
        put "$HERE/systemd/var-lib-motcua.mount" /etc/systemd/system/var-lib-motcua.mount
        run systemctl ${ROOT:+--root="$ROOT"} --quiet enable var-lib-motcua.mount
    fi
}

make_appliance() {
    [ -n "$APPLIANCE" ] || return 0
    for part in system.conf journald.conf logind.conf; do
        put "$HERE/etc/systemd/$part.d/motcua.conf" "/etc/systemd/$part.d/motcua.conf"
    done
    put "$HERE/etc/sysctl.d/90-motcua.conf" /etc/sysctl.d/90-motcua.conf
    put "$HERE/systemd/systemd-time-wait-sync.service.d/motcua.conf" \
        /etc/systemd/system/systemd-time-wait-sync.service.d/motcua.conf
    run systemctl ${ROOT:+--root="$ROOT"} --quiet mask ctrl-alt-del.target getty@tty1.service
    # Absent where another program keeps the clock.
    run systemctl ${ROOT:+--root="$ROOT"} --quiet enable systemd-time-wait-sync.service ||
        say "no systemd-timesyncd here: whoever keeps the clock should order itself before time-sync.target"
    for boot in "$ROOT/boot/firmware" "$ROOT/boot"; do
        if [ -e "$boot/config.txt" ]; then
            add_lines "$HERE/pi/config.txt" "$boot/config.txt"
            add_words "$HERE/pi/cmdline.txt" "$boot/cmdline.txt"
            break
        fi
    done
}

switch_on() {
    units=''
    for role in $ROLES; do units="$units motcua-$role.service"; done
    # shellcheck disable=SC2086  # a list of names
    run systemctl ${ROOT:+--root="$ROOT"} --quiet enable $units
    # In a folder, or in an image that is being made, nothing runs yet.
    [ -z "$ROOT" ] && [ -d /run/systemd/system ] || return 0
    run systemctl daemon-reload
    run udevadm control --reload
    run udevadm trigger
    # shellcheck disable=SC2086
    [ -z "$START" ] || run systemctl restart $units
}

check_system
install_packages
install_program
install_files
put_key
make_appliance
put_check
switch_on
[ -n "$START" ] || say "now write /etc/motcua/*.toml, enrol the device with a code from the page of devices, and reboot"
say "done; 'sudo motcua-check' says which devices answer"
