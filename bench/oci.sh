# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The common work as the bundle of an OCI runtime.  Sourced by those peers that are one.

# "a", "b": the lines of standard input as JSON texts; none of ours needs an escape.
json_texts() { sed 's/.*/"&"/' | paste -sd ,; }

oci_mounts() {
  local path
  printf '{"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec"]}'
  printf ',{"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "noexec"]}'
  while IFS= read -r path; do
    printf ',{"destination": "%s", "type": "bind", "source": "%s", "options": ["bind", "ro", "nosuid", "nodev"]}' \
      "$path" "$path"
  done < <(binds)
}

oci_bundle() { # FOLDER NAMESPACE,... PROGRAM...
  local folder=$1 namespaces=$2 map=''
  shift 2
  make_root "$folder/root"
  [[ ",$namespaces," != *,user,* ]] || map='"uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}],
    "gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}],'
  cat >"$folder/config.json" <<END
{
  "ociVersion": "1.0.2",
  "process": {
    "user": {"uid": 0, "gid": 0}, "args": [$(printf '%s\n' "$@" | json_texts)], "cwd": "/",
    "env": ["PATH=/usr/sbin:/usr/bin"], "noNewPrivileges": true,
    "capabilities": {"bounding": [], "effective": [], "permitted": [], "inheritable": [], "ambient": []}
  },
  "root": {"path": "root", "readonly": true},
  "hostname": "bench",
  "mounts": [$(oci_mounts)],
  "linux": {
    $map
    "namespaces": [$(tr , '\n' <<<"$namespaces" | sed 's/.*/{"type": "&"}/' | paste -sd ,)],
    "seccomp": {
      "defaultAction": "SCMP_ACT_ERRNO",
      "architectures": ["SCMP_ARCH_$(uname -m | tr '[:lower:]' '[:upper:]')"],
      "syscalls": [{"names": [$(calls | json_texts)], "action": "SCMP_ACT_ALLOW"}]
    }
  }
}
END
}
