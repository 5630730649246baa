/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/refusals.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "enforce/program.h"

/* Of each of a thousand services it costs the kernel some 30 KB. */
enum { ROOM = 256 };

#define SECOND UINT64_C(1000000000)

struct key {
	uint32_t address[REFUSAL_WORDS];
	uint32_t port, protocol, hook, unused;
};

struct value {
	uint64_t count, last; /* nanoseconds since the boot */
};

/* Where the program puts both together. */
enum { KEY = -(int)sizeof(struct key), VALUE = KEY - (int)sizeof(struct value) };

static int bpf(int command, union bpf_attr *attributes)
{
	int answer = (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	return answer < 0 ? -errno : answer;
}

int enforce_refusals_make(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_LRU_HASH,
		.key_size = sizeof(struct key),
		.value_size = sizeof(struct value),
		.max_entries = ROOM,
		.map_name = "bulkhead_no",
	};

	return bpf(BPF_MAP_CREATE, &attributes);
}

/* Of another shape, it is not ours. */
static bool is_ours(int map)
{
	struct bpf_map_info info = {0};
	union bpf_attr attributes = {.info = {
					     .bpf_fd = (uint32_t)map,
					     .info_len = sizeof(info),
					     .info = (uint64_t)(uintptr_t)&info,
				     }};

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes) == 0 &&
	       info.key_size == sizeof(struct key) && info.value_size == sizeof(struct value);
}

int enforce_refusals_of(int cgroup)
{
	/* Each service has this program. */
	int map = enforce_program_attached_map(cgroup, BPF_CGROUP_INET4_POST_BIND);

	if (map < 0 || is_ours(map))
		return map;
	close(map);
	return -ENOENT;
}

static void keep(struct enforce_program *program, size_t offset, unsigned char from)
{
	enforce_program_keep(program, (short)(KEY + (int)offset), from);
}

static void keep_value(struct enforce_program *program, size_t offset, uint32_t value)
{
	enforce_program_keep_value(program, (short)(KEY + (int)offset), value);
}

static void call_with_key(struct enforce_program *program, int helper)
{
	enforce_program_map(program, BPF_REG_1, program->refusals);
	enforce_program_frame(program, BPF_REG_2, KEY);
	enforce_program_call(program, helper);
}

static void refuse(struct enforce_program *program)
{
	enforce_program_answer(program, 0);
	enforce_program_end(program);
}

/* Register 0 points to the one that is there already. */
static void count(struct enforce_program *program)
{
	enforce_program_copy(program, BPF_REG_6, BPF_REG_0);
	enforce_program_call(program, BPF_FUNC_ktime_get_boot_ns);
	enforce_program_store_wide(program, BPF_REG_6, offsetof(struct value, last), BPF_REG_0);
	enforce_program_set(program, BPF_REG_1, 1);
	enforce_program_add_wide(program, BPF_REG_6, offsetof(struct value, count), BPF_REG_1);
	refuse(program);
}

static void begin(struct enforce_program *program)
{
	enforce_program_call(program, BPF_FUNC_ktime_get_boot_ns);
	enforce_program_keep_wide(
		program, (short)(VALUE + (int)offsetof(struct value, last)), BPF_REG_0);
	enforce_program_set(program, BPF_REG_1, 1);
	enforce_program_keep_wide(
		program, (short)(VALUE + (int)offsetof(struct value, count)), BPF_REG_1);
	enforce_program_frame(program, BPF_REG_3, VALUE);
	enforce_program_set(program, BPF_REG_4, BPF_NOEXIST);
	call_with_key(program, BPF_FUNC_map_update_elem);
	refuse(program);
}

void enforce_refusal(
	struct enforce_program *program, int hook, const struct enforce_refusal_registers *asked)
{
	struct enforce_program counting = {.arena = program->arena};

	for (unsigned i = 0; i < REFUSAL_WORDS; i++) {
		const size_t offset = offsetof(struct key, address) + i * sizeof(uint32_t);

		if (i < asked->words)
			keep(program, offset, (unsigned char)(asked->address + i));
		else
			keep_value(program, offset, 0);
	}
	keep(program, offsetof(struct key, port), asked->port);
	keep(program, offsetof(struct key, protocol), asked->protocol);
	keep_value(program, offsetof(struct key, hook), (uint32_t)hook);
	keep_value(program, offsetof(struct key, unused), 0);
	call_with_key(program, BPF_FUNC_map_lookup_elem);
	count(&counting);
	enforce_program_skip_none(program, BPF_REG_0, (short)counting.count);
	enforce_program_append(program, &counting);
	begin(program);
}

static uint64_t since_boot(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

int enforce_refusals_each(
	int map, void (*each)(void *context, const struct enforce_refusal *refusal), void *context)
{
	const uint64_t now = since_boot();
	struct key keys[ROOM] = {0};
	struct value values[ROOM] = {0};
	uint32_t end = 0;
	union bpf_attr attributes = {.batch = {
					     .out_batch = (uint64_t)(uintptr_t)&end,
					     .keys = (uint64_t)(uintptr_t)keys,
					     .values = (uint64_t)(uintptr_t)values,
					     .count = ROOM,
					     .map_fd = (uint32_t)map,
				     }};
	int error = bpf(BPF_MAP_LOOKUP_BATCH, &attributes);

	/* ENOENT: that was all of them. */
	if (error < 0 && error != -ENOENT)
		return error;
	for (uint32_t i = 0; i < attributes.batch.count; i++) {
		struct enforce_refusal refusal = {.hook = (int)keys[i].hook,
			.port = keys[i].port,
			.protocol = keys[i].protocol,
			.count = values[i].count,
			.ago = now > values[i].last ? (now - values[i].last) / SECOND : 0};

		memcpy(refusal.address, keys[i].address, sizeof(refusal.address));
		each(context, &refusal);
	}
	return 0;
}
