/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scoped.h"
#include "enforce/program.h"

enum { MOST_PROGRAMS = 64 }; /* at a hook of a cgroup (BPF_CGROUP_MAX_PROGS) */

static int bpf(int command, union bpf_attr *attributes)
{
	int answer = (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	return answer < 0 ? -errno : answer;
}

int enforce_program_load(
	const struct enforce_program *program, int type, int hook, const char *name)
{
	union bpf_attr attributes = {
		.prog_type = (uint32_t)type,
		.expected_attach_type = (uint32_t)hook,
		.insns = (uint64_t)(uintptr_t)program->steps,
		.insn_cnt = (uint32_t)program->count,
		.license = (uint64_t)(uintptr_t) "GPL",
	};

	if (program->too_far)
		return -E2BIG;
	snprintf(attributes.prog_name, sizeof(attributes.prog_name), "%s", name);
	return bpf(BPF_PROG_LOAD, &attributes);
}

static int attach(int target, int program, int hook, uint32_t flags, int replaced)
{
	union bpf_attr attributes = {
		.target_fd = (uint32_t)target,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = (uint32_t)hook,
		.attach_flags = flags,
		.replace_bpf_fd = (uint32_t)replaced,
	};

	return bpf(BPF_PROG_ATTACH, &attributes);
}

static int detach(int target, int program, int hook)
{
	union bpf_attr attributes = {
		.target_fd = (uint32_t)target,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = (uint32_t)hook,
	};

	return bpf(BPF_PROG_DETACH, &attributes);
}

int enforce_program_attach(int target, int program, int hook)
{
	return attach(target, program, hook, 0, 0);
}

static bool read_info(int program, struct bpf_prog_info *info)
{
	union bpf_attr attributes = {.info = {
					     .bpf_fd = (uint32_t)program,
					     .info_len = sizeof(*info),
					     .info = (uint64_t)(uintptr_t)info,
				     }};

	memset(info, 0, sizeof(*info));
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) == 0;
}

/* The numbers of those that are there: how many, or -errno. */
static int read_attached(int target, int hook, uint32_t numbers[MOST_PROGRAMS])
{
	union bpf_attr query = {.query = {
					.target_fd = (uint32_t)target,
					.attach_type = (uint32_t)hook,
					.prog_ids = (uint64_t)(uintptr_t)numbers,
					.prog_cnt = MOST_PROGRAMS,
				}};
	int error = bpf(BPF_PROG_QUERY, &query);

	return error < 0 ? error : (int)query.query.prog_cnt;
}

/* Its descriptor, which the caller closes, or -errno: one that has ended meanwhile is none. */
static int open_program(uint32_t number)
{
	union bpf_attr attributes = {.prog_id = number};

	return bpf(BPF_PROG_GET_FD_BY_ID, &attributes);
}

bool enforce_program_any(int target, int hook)
{
	uint32_t numbers[MOST_PROGRAMS];

	return read_attached(target, hook, numbers) > 0;
}

static int open_map(uint32_t number)
{
	union bpf_attr attributes = {.map_id = number};

	return bpf(BPF_MAP_GET_FD_BY_ID, &attributes);
}

int enforce_program_attached_map(int target, int hook)
{
	uint32_t numbers[MOST_PROGRAMS], map = 0;
	int count = read_attached(target, hook, numbers);
	scoped(fd) int program = count > 0 ? open_program(numbers[0]) : -1;
	struct bpf_prog_info info = {.nr_map_ids = 1, .map_ids = (uint64_t)(uintptr_t)&map};
	union bpf_attr attributes = {.info = {
					     .bpf_fd = (uint32_t)program,
					     .info_len = sizeof(info),
					     .info = (uint64_t)(uintptr_t)&info,
				     }};

	if (count < 0)
		return count;
	if (program < 0 || bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0 || !map)
		return -ENOENT;
	return open_map(map);
}

/* What the kernel calls a program by its instructions alone, whatever numbers its maps have. */
static bool same_steps(const struct bpf_prog_info *left, const struct bpf_prog_info *right)
{
	return memcmp(left->tag, right->tag, sizeof(left->tag)) == 0;
}

bool enforce_program_attached(int target, int program, int hook)
{
	struct bpf_prog_info wanted, found;
	uint32_t numbers[MOST_PROGRAMS];

	if (!read_info(program, &wanted) || read_attached(target, hook, numbers) != 1)
		return false;
	scoped(fd) int attached = open_program(numbers[0]);
	return attached >= 0 && read_info(attached, &found) && same_steps(&wanted, &found);
}

int enforce_program_change(int target, int program, int hook)
{
	uint32_t numbers[MOST_PROGRAMS];

	if (enforce_program_attached(target, program, hook))
		return 0;
	if (read_attached(target, hook, numbers) < 1)
		return enforce_program_attach(target, program, hook);
	scoped(fd) int older = open_program(numbers[0]);
	return older < 0 ? older : attach(target, program, hook, BPF_F_REPLACE, older);
}

/* Take away those of @name that are older than @newest (by its number, which grow; 0: all): of two
 * callers at once the later one's stays. */
static int sort_out(int target, int hook, const char *name, uint32_t newest)
{
	uint32_t numbers[MOST_PROGRAMS];
	struct bpf_prog_info info;
	int count = read_attached(target, hook, numbers), error = 0;

	for (int i = 0; i < count && error == 0; i++) {
		scoped(fd) int program = open_program(numbers[i]);

		if (program < 0 || (newest && numbers[i] >= newest) || !read_info(program, &info) ||
			strncmp(info.name, name, sizeof(info.name)) != 0)
			continue;
		error = detach(target, program, hook);
		if (error == -ENOENT)
			error = 0;
	}
	return count < 0 ? count : error;
}

/* One of @name that is there: its descriptor, which the caller closes, or -1. */
static int find(int target, int hook, const char *name)
{
	uint32_t numbers[MOST_PROGRAMS];
	struct bpf_prog_info info;
	int count = read_attached(target, hook, numbers);

	for (int i = 0; i < count; i++) {
		scoped(fd) int program = open_program(numbers[i]);

		if (program >= 0 && read_info(program, &info) &&
			strncmp(info.name, name, sizeof(info.name)) == 0)
			return take_fd(&program);
	}
	return -1;
}

/* In the place of an older one at once, that nobody meets both. */
int enforce_program_join(int target, int program, int hook, const char *name)
{
	struct bpf_prog_info info;
	int error = -ENOENT;

	/* ENOENT: the older one was replaced meanwhile. */
	for (int i = 0; error == -ENOENT && i < MOST_PROGRAMS; i++) {
		scoped(fd) int older = find(target, hook, name);

		error = older < 0 ? attach(target, program, hook, BPF_F_ALLOW_MULTI, 0)
				  : attach(target, program, hook, BPF_F_ALLOW_MULTI | BPF_F_REPLACE,
					    older);
	}
	if (error < 0)
		return error;
	return read_info(program, &info) ? sort_out(target, hook, name, info.id) : -EIO;
}

int enforce_program_leave(int target, int hook, const char *name)
{
	return sort_out(target, hook, name, 0);
}

bool enforce_program_joined(int target, int program, int hook, const char *name)
{
	uint32_t numbers[MOST_PROGRAMS];
	struct bpf_prog_info wanted, found;
	int count = read_attached(target, hook, numbers), named = 0, same = 0;

	if (!read_info(program, &wanted))
		return false;
	for (int i = 0; i < count; i++) {
		scoped(fd) int attached = open_program(numbers[i]);

		if (attached < 0 || !read_info(attached, &found) ||
			strncmp(found.name, name, sizeof(found.name)) != 0)
			continue;
		named++;
		same += same_steps(&wanted, &found);
	}
	return named == 1 && same == 1;
}
