/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/host.h"

const struct host_feature_entry host_features[HOST_FEATURE_COUNT] = {
	[HOST_USER_NAMESPACE] = {"user-namespace",
		"a user namespace per service, with only the ids that it declares",
		"services cannot be separated from this machine's users, so nothing is started",
		"a kernel with CONFIG_USER_NS=y, and user.max_user_namespaces (sysctl) above 0; "
		"inside "
		"a container, let it create user namespaces",
		true},
	[HOST_NAMESPACES] = {"namespaces",
		"private mount, process, network, IPC, host name and cgroup namespaces",
		"a service would see other processes, mounts and interfaces, so nothing is started",
		"a kernel with CONFIG_NAMESPACES, PID_NS, NET_NS, IPC_NS, UTS_NS and CGROUPS "
		"(every "
		"distribution has them); inside a container, allow clone with namespace flags",
		true},
	[HOST_NAMESPACE_LIMITS] = {"namespace-limits",
		"forbids namespaces inside a service's own: user.max_*_namespaces of its user "
		"namespace",
		"only the system call filter would keep a service from new user namespaces, so "
		"nothing "
		"is started",
		"Linux 4.9, and a writable /proc/sys/user (a container may have it read-only)",
		true},
	[HOST_NEW_MOUNT_API] = {"new-mount-api",
		"builds the view of a service out of sight, with its restrictions already on",
		"a view would be writable for a moment while it is built, so nothing is started",
		"Linux 5.12 (fsopen, open_tree, mount_setattr, move_mount); inside a container, "
		"allow "
		"these calls",
		true},
	[HOST_IDMAPPED_MOUNTS] = {"idmapped-mounts",
		"`read-as-root`: key files that only root may read, shown read-only to one service",
		"`read-as-root` is refused; give the service's user or group the right to read the "
		"file",
		"Linux 5.12 and a file system that allows it (ext4, xfs, btrfs, tmpfs; overlay "
		"does not)",
		false},
	[HOST_OPENAT2] = {"openat2",
		"opens declared paths without following links that others planted",
		"a folder that another service writes could be swapped for a link to /etc, so "
		"nothing "
		"is started",
		"Linux 5.6; in a container, a seccomp profile that allows openat2", true},
	[HOST_PIDFD] = {"pidfd", "names a process by a descriptor, which is never reused",
		"a signal could hit another process that got the same number, so nothing is "
		"started",
		"Linux 5.4 (pidfd_open, CLONE_PIDFD, waitid by pidfd)", true},
	[HOST_CGROUP2] = {"cgroup2",
		"a cgroup per service: its identity, and a way to end all of it at once",
		"a service that forks could not be ended for certain, so nothing is started",
		"mount -t cgroup2 none /sys/fs/cgroup/unified (where nothing has mounted it), and "
		"Linux "
		"5.14 for cgroup.kill; in a container, a writable cgroup2 mount",
		true},
	[HOST_CGROUP_MEMORY] = {"cgroup-memory", "limits the memory of a service as a whole",
		"`limits: {memory: …}` cannot be held: a service may use up the machine's memory",
		"boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1) and CONFIG_MEMCG=y",
		false},
	[HOST_CGROUP_PIDS] = {"cgroup-pids", "limits how many processes and threads a service has",
		"`limits: {processes: …}` is held by RLIMIT_NPROC of the service's user alone",
		"boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1) and CONFIG_CGROUP_PIDS=y",
		false},
	[HOST_CGROUP_CPU] = {"cgroup-cpu", "limits the CPU time of a service",
		"`limits: {cpu: …}` cannot be held: a busy service slows the others",
		"boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1) and "
		"CONFIG_CFS_BANDWIDTH=y",
		false},
	[HOST_CGROUP_IO] = {"cgroup-io", "limits what a service reads from and writes to disks",
		"`limits: {io: …}` cannot be held: a service may keep the disk busy for all",
		"boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1) and "
		"CONFIG_BLK_DEV_THROTTLING=y",
		false},
	[HOST_CGROUP_PORTS] = {"cgroup-ports",
		"refuses a service every TCP and UDP port that it does not listen on, every peer "
		"that it does not connect to, other kinds of internet sockets and devices; and the "
		"outlet every port of this machine but those of `host:PORT`",
		"a port that is not declared may be bound, unless Landlock refuses it (TCP, Linux "
		"6.7); the network rules let nobody reach it; other sockets and devices are held "
		"by the filter and the view alone",
		"a kernel with CONFIG_CGROUP_BPF=y; in a container, CAP_BPF and CAP_NET_ADMIN on "
		"the "
		"host",
		false},
	[HOST_SECCOMP] = {"seccomp",
		"a filter per service that lets only the calls of its role through",
		"every system call of the kernel could be attacked, so nothing is started",
		"a kernel with CONFIG_SECCOMP_FILTER=y (4.14 for killing a whole process)", true},
	[HOST_SECCOMP_NOTIFY] = {"seccomp-notify",
		"ends rights that a service needs at its start alone (`after-ready`)",
		"rights of the start would stay for as long as the service runs",
		"Linux 5.5 with CONFIG_SECCOMP_FILTER=y; in a container, a runtime that lets "
		"filters have listeners",
		false},
	[HOST_LANDLOCK] = {"landlock", "a second, independent check of every file that is opened",
		"only the view would stand between a service and files it was not given, so "
		"nothing is "
		"started",
		"Linux 5.13 with CONFIG_SECURITY_LANDLOCK=y, and `landlock` in the lsm= boot "
		"parameter",
		true},
	[HOST_LANDLOCK_TRUNCATE] = {"landlock-truncate", "Landlock also checks truncation of files",
		"a file may be truncated where only its read-only mount forbids it",
		"Linux 6.2 (Landlock ABI 3)", false},
	[HOST_LANDLOCK_NET] = {"landlock-net",
		"Landlock also checks the TCP ports that a service listens on and connects to",
		"TCP ports are held by the service's cgroup and its network rules alone",
		"Linux 6.7 (Landlock ABI 4)", false},
	[HOST_LANDLOCK_IOCTL] = {"landlock-ioctl", "Landlock also checks ioctl on devices",
		"ioctl on the few devices of the view is held by the system call filter alone",
		"Linux 6.10 (Landlock ABI 5)", false},
	[HOST_LANDLOCK_SCOPE] = {"landlock-scope",
		"Landlock keeps signals and abstract sockets inside the service",
		"signals and abstract sockets of others are held by the process and network "
		"namespaces alone",
		"Linux 6.12 (Landlock ABI 6)", false},
	[HOST_MDWE] = {"mdwe", "no memory of a service is ever both written and executed",
		"the system call filter refuses mprotect(PROT_EXEC) and mmap of writable code "
		"instead",
		"Linux 6.3 (PR_SET_MDWE)", false},
	[HOST_MEMFD_NOEXEC] = {"memfd-noexec", "no program is executed from memory (memfd_create)",
		"memfd_create is refused in services that may execute programs",
		"Linux 6.3 (vm.memfd_noexec, per process namespace)", false},
	[HOST_VETH] = {"veth", "joins the network of a service to the stack's router",
		"services with `listens` on ports, `connects` or `publishes` cannot be started",
		"a kernel with CONFIG_VETH (modprobe veth)", false},
	[HOST_NFTABLES] = {"nftables",
		"network rules: who may connect to whom, everything else rejected",
		"services with `listens` on ports, `connects` or `publishes` cannot be started",
		"a kernel with CONFIG_NF_TABLES, NF_TABLES_INET, NFT_CT, NFT_REJECT and NFT_LOG "
		"(modprobe "
		"nf_tables)",
		false},
	[HOST_TRANSPARENT_PROXY] = {"transparent-proxy",
		"published ports keep the address of the client on the way to the service",
		"`publishes` is refused: every client would look like the gateway",
		"a kernel with CONFIG_NFT_SOCKET, NF_SOCKET_IPV4 and _IPV6, IP_MULTIPLE_TABLES and "
		"IPV6_MULTIPLE_TABLES (modprobe nft_socket)",
		false},
	[HOST_LOOPBACK_NAT] = {"loopback-nat",
		"`at`: what a service looks for on its own loopback is found at its peers, and the "
		"other way round",
		"`at` is refused: services would have to name their peers, and to be bound to all "
		"addresses",
		"a kernel with CONFIG_NFT_NAT and NFT_NUMGEN (modprobe nft_chain_nat nft_nat "
		"nft_numgen)",
		false},
	[HOST_BANDWIDTH] = {"bandwidth", "shapes what a service sends to a peer and is sent by it",
		"`bandwidth` is refused; `bytes` and the other budgets do not need it",
		"a kernel with CONFIG_NET_SCH_HTB (modprobe sch_htb)", false},
	[HOST_DOOR_NAT] = {"door-nat",
		"`gateway: nat` at addresses that other machines reach, without a process on the "
		"way",
		"`gateway: nat` publishes at 127.0.0.1 alone; `gateway: relay`, the default, does "
		"not need it",
		"a kernel with CONFIG_NFT_NAT, NFT_NUMGEN and NFT_FIB_INET (modprobe nft_chain_nat "
		"nft_nat nft_numgen nft_fib_inet)",
		false},
	[HOST_DOOR_CONNECT] = {"door-connect",
		"`gateway: nat`: this machine's own clients are led to the service by connect(2), "
		"and get to it by no other way",
		"`gateway: nat` is refused; `gateway: relay`, the default, does not need it",
		"Linux 5.14 with CONFIG_CGROUP_BPF, and no program at the root of the cgroups that "
		"wants to be the only one (bpftool cgroup show)",
		false},
	[HOST_FORWARDING4] = {"forwarding-ipv4",
		"`gateway: nat` at addresses that other machines reach",
		"`gateway: nat` publishes at 127.0.0.1 alone; `gateway: relay`, the default, does "
		"not "
		"need it",
		"sysctl net.ipv4.ip_forward=1, and no firewall that drops what is forwarded",
		false},
	[HOST_FORWARDING6] = {"forwarding-ipv6", "the same by IPv6",
		"`gateway: nat` publishes at no address of IPv6; `gateway: relay`, the default, "
		"does "
		"not need it",
		"sysctl net.ipv6.conf.all.forwarding=1, and no firewall that drops what is "
		"forwarded",
		false},
	[HOST_APPARMOR] = {"apparmor",
		"a mandatory profile per service, on top of the other layers",
		"one layer less; the other layers do not need it",
		"a kernel with CONFIG_SECURITY_APPARMOR=y, and `apparmor` in the lsm= boot "
		"parameter",
		false},
	[HOST_SELINUX] = {"selinux", "a type per service, on top of the other layers",
		"one layer less; the other layers do not need it",
		"a kernel with CONFIG_SECURITY_SELINUX=y, `selinux` in the lsm= boot parameter, "
		"and a "
		"policy loaded",
		false},
	[HOST_BPF_LSM] = {"bpf-lsm",
		"labels: each service as a subject of its own in the kernel's hooks",
		"one layer less; the other layers do not need it",
		"a kernel with CONFIG_BPF_LSM=y and CONFIG_DEBUG_INFO_BTF=y, `bpf` in the lsm= "
		"boot "
		"parameter, and root with CAP_BPF",
		false},
};
