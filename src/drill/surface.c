/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: reaching kernel code that no service needs. */
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <sys/fanotify.h>

#include "drill/call.h"

/* Close what a call opened. */
static int close_again(long fd)
{
	if (fd >= 0)
		syscall(SYS_close, (int)fd);
	return drill_done(fd);
}

static int make_ring(struct drill_context *context)
{
	struct io_uring_params parameters = {0};

	return close_again(drill_call(context, SYS_io_uring_setup, 1U, &parameters));
}

static int make_bpf_map(struct drill_context *context)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return close_again(
		drill_call(context, SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

/* CVE-2017-16995, CVE-2020-8835, CVE-2021-3490, CVE-2022-23222 and CVE-2023-2163 were in what
 * judges programs.  This one answers no. */
static int load_program(struct drill_context *context)
{
	const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attributes = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uint64_t)(uintptr_t)program,
		.insn_cnt = 2,
		.license = (uint64_t)(uintptr_t) "GPL",
	};

	return close_again(
		drill_call(context, SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)));
}

static int catch_page_faults(struct drill_context *context)
{
	return close_again(drill_call(context, SYS_userfaultfd, O_CLOEXEC));
}

static int ask_keyring(struct drill_context *context)
{
	return drill_done(drill_call(
		context, SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

static int add_key(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_add_key, "user", "bulkhead-drill", "x", 1UL,
		KEY_SPEC_PROCESS_KEYRING));
}

static int request_key(struct drill_context *context)
{
	return drill_reached(
		drill_call(context, SYS_request_key, "user", "bulkhead-drill-none", NULL, 0),
		ENOKEY);
}

/* CVE-2016-0728: each time it was counted, and never forgotten. */
static int join_keyring(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
}

static int watch_performance(struct drill_context *context)
{
	struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK};

	return close_again(drill_call(
		context, SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

static int watch_all_files(struct drill_context *context)
{
	return close_again(
		drill_call(context, SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC, 0U));
}

static int load_module(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_init_module, "", 0UL, ""), ENOEXEC);
}

static int load_module_file(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_finit_module, -1, "", 0), EBADF);
}

/* Flags that do not exist: looked at only after the privilege. */
static int load_kernel(struct drill_context *context)
{
	return drill_reached(
		drill_call(context, SYS_kexec_load, 0UL, 0UL, NULL, 0x0000ff00UL), EINVAL);
}

static int ask_kernel_log(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_syslog, 10 /* its size */, NULL, 0));
}

static int compare_processes(struct drill_context *context)
{
	int self = (int)syscall(SYS_getpid);

	return drill_done(drill_call(context, SYS_kcmp, self, self, 1 /* memory */, 0UL, 0UL));
}

static int move_pages(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_move_pages, 0, 0UL, NULL, NULL, NULL, 0));
}

static int make_ruleset_of_filters(struct drill_context *context)
{
	unsigned action = 0x7fff0000; /* SECCOMP_RET_ALLOW: only asked whether it exists */

	return drill_done(drill_call(context, SYS_seccomp, 2U, 0U, &action));
}

static int read_swap(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_swapon, "/bulkhead-drill-none", 0), ENOENT);
}

/* CVE-2022-0847: a page of a file that may only be read was left writable in a pipe. */
static int splice_file(struct drill_context *context)
{
	int pipes[2];
	long fd = drill_call(context, SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long made = drill_call(context, SYS_pipe2, pipes, O_CLOEXEC);
	if (made >= 0)
		made = drill_call(context, SYS_splice, (int)fd, NULL, pipes[1], NULL, 1UL, 0U);
	syscall(SYS_close, (int)fd);
	return drill_done(made);
}

/* CVE-2008-0600, and the beginning of others since: its own pages, by reference. */
static int lend_pages(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_vmsplice, -1, NULL, 0UL, 0U), EBADF);
}

/* Messages of any size and place in the kernel's memory: what exploits fill holes with
 * (CVE-2021-22555, CVE-2022-0185). */
static int queue_messages(struct drill_context *context)
{
	long queue = drill_call(context, SYS_msgget, 0 /* of its own */, 0600);

	if (queue < 0)
		return (int)queue;
	syscall(SYS_msgctl, (int)queue, 0 /* remove */, NULL);
	return 0;
}

/* CVE-2017-5123: where it writes was not looked at.  A place of the kernel's: by now it looks. */
static int wait_into_kernel(struct drill_context *context)
{
	return drill_reached(
		drill_call(context, SYS_waitid, 0 /* any */, 0, -4096L, 4 /* ended */, NULL),
		EFAULT);
}

static int set_placement(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_set_mempolicy, 0 /* usual */, NULL, 0UL));
}

static int advise_other(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_process_madvise, -1, NULL, 0UL, 0, 0U), EBADF);
}

static int write_quota(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_quotactl, 0x80000300 /* sync */,
				     "/bulkhead-drill-none", 0, NULL),
		ENOENT);
}

static int account_processes(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_acct, "/bulkhead-drill-none"), ENOENT);
}

#ifdef __x86_64__

static int touch_ports(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_iopl, 3));
}

/* Descriptors of segments: code that only old 16-bit programs need. */
static int read_segments(struct drill_context *context)
{
	char table[8];

	return drill_done(drill_call(context, SYS_modify_ldt, 0, table, sizeof(table)));
}

#else

static int touch_ports(struct drill_context *context)
{
	(void)context;
	return DRILL_NOT_APPLICABLE;
}

#define read_segments touch_ports

#endif

const struct drill_attempt drill_surface[] = {
	{"make-ring", "set up io_uring", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		make_ring},
	{"make-bpf-map", "make a BPF map", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		make_bpf_map},
	{"load-program", "load a BPF program", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		load_program},
	{"catch-page-faults", "catch page faults with userfaultfd", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, catch_page_faults},
	{"ask-keyring", "use the kernel's keyring", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, ask_keyring},
	{"add-key", "put a key into the kernel", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, add_key},
	{"request-key", "ask the kernel for a key", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, request_key},
	{"watch-performance", "open a performance event", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, watch_performance},
	{"watch-all-files", "watch every file with fanotify", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, watch_all_files},
	{"load-module", "load a kernel module", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, load_module},
	{"load-module-file", "load a kernel module from a file", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, load_module_file},
	{"load-kernel", "load another kernel", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		load_kernel},
	{"ask-kernel-log", "ask for the kernel's log by call", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, ask_kernel_log},
	{"compare-processes", "compare kernel objects with kcmp", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, compare_processes},
	{"move-pages", "move memory between nodes", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, move_pages},
	{"ask-seccomp", "reach the call that installs filters", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, make_ruleset_of_filters},
	{"add-swap", "add swap space", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false,
		read_swap},
	{"touch-ports", "talk to hardware by its ports", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, touch_ports},
	{"read-segments", "reach the table of segments", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, read_segments},
	{"join-keyring", "join another keyring", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, join_keyring},
	{"splice-file", "hand a page of a read-only file to a pipe", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, splice_file, .unless = SYS_splice},
	{"lend-pages", "lend its pages to a pipe", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, lend_pages, .unless = SYS_vmsplice},
	{"queue-messages", "fill the kernel's memory with messages", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, queue_messages, .unless = SYS_msgget},
	{"wait-into-kernel", "let a wait write where it likes", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, wait_into_kernel, .unless = SYS_waitid},
	{"set-placement", "choose where its memory lies", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, set_placement, .unless = SYS_set_mempolicy},
	{"advise-other", "advise on the memory of another process", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, advise_other},
	{"write-quota", "reach the call that sets quotas", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, write_quota},
	{"account-processes", "turn on process accounting", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_SECCOMP, false, account_processes},
};
DRILL_COUNT(surface);
