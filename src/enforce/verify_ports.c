/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/ports.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

/* What the kernel calls a program by its instructions alone. */
struct tag {
	unsigned char bytes[BPF_TAG_SIZE];
};

static bool read_tag(int program, struct tag *tag)
{
	struct bpf_prog_info info = {0};
	union bpf_attr attributes = {.info = {
					     .bpf_fd = (uint32_t)program,
					     .info_len = sizeof(info),
					     .info = (uint64_t)(uintptr_t)&info,
				     }};

	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof(attributes)) < 0)
		return false;
	memcpy(tag->bytes, info.tag, sizeof(tag->bytes));
	return true;
}

/* The tag of the one program that is attached to @group itself at @hook. */
static bool attached(int group, int hook, struct tag *tag)
{
	uint32_t number = 0;
	union bpf_attr query = {.query = {
					.target_fd = (uint32_t)group,
					.attach_type = (uint32_t)hook,
					.prog_ids = (uint64_t)(uintptr_t)&number,
					.prog_cnt = 1,
				}};

	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0 ||
		query.query.prog_cnt != 1)
		return false;
	union bpf_attr attributes = {.prog_id = number};
	scoped(fd) int program =
		(int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(attributes));
	return program >= 0 && read_tag(program, tag);
}

/* The same instructions, loaded once more, have the same tag. */
static bool holds(const struct enforce_verify_context *context, int group, int hook)
{
	struct tag wanted, found;
	scoped(fd) int program =
		enforce_port_program(context->plan, context->service, hook, context->arena, NULL);

	return program >= 0 && read_tag(program, &wanted) && attached(group, hook, &found) &&
	       memcmp(&wanted, &found, sizeof(wanted)) == 0;
}

void enforce_verify_ports(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const char *folder = "", *root = enforce_cgroup_root();
	size_t ports = 0;

	if (!service->ports_held) {
		enforce_verify_say(verdict, ENFORCE_ABSENT, service->where,
			"this kernel runs no program when a port is bound");
		return;
	}
	if (!enforce_verify_cgroup(context, &folder)) {
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, service->where, "it has left its cgroup");
		return;
	}
	const char *path = arena_printf(context->arena, "%s%s", root ? root : "", folder);
	scoped(fd) int group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < service->listen_count; i++)
		ports += service->listens[i].transport != PLAN_UNIX;
	if (group < 0 || !holds(context, group, enforce_port_hooks[0]) ||
		!holds(context, group, enforce_port_hooks[1]))
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->where,
			"its cgroup does not run the planned program when a port is bound");
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, service->where,
			"its cgroup lets it bind %zu port%s, by IPv4 and IPv6", ports,
			ports == 1 ? "" : "s");
}
