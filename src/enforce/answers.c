/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/answers.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "enforce/program.h"

enum { WORDS = 4 };

/* Four for each flow that a gateway has room for: some 3 MB of the kernel. */
enum { ROOM = 32768 };

struct key {
	uint32_t address[WORDS]; /* as it travels; of IPv4 the first */
	uint32_t port, wide;
};

/* Where a program puts it together, and the nothing that is kept of it. */
enum { KEY = -(int)sizeof(struct key), VALUE = KEY - (int)sizeof(uint64_t) };

static int bpf(int command, union bpf_attr *attributes)
{
	int answer = (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	return answer < 0 ? -errno : answer;
}

int enforce_answers_make(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_LRU_HASH,
		.key_size = sizeof(struct key),
		.value_size = sizeof(uint64_t),
		.max_entries = ROOM,
		.map_name = "bulkhead_asked",
	};

	return bpf(BPF_MAP_CREATE, &attributes);
}

int enforce_answers_of(int cgroup)
{
	return enforce_program_attached_map(cgroup, BPF_CGROUP_UDP4_SENDMSG);
}

static void keep(struct enforce_program *program, size_t offset, unsigned char from)
{
	enforce_program_keep(program, (short)(KEY + (int)offset), from);
}

static void keep_value(struct enforce_program *program, size_t offset, uint32_t value)
{
	enforce_program_keep_value(program, (short)(KEY + (int)offset), value);
}

static size_t word(size_t index)
{
	return offsetof(struct key, address) + index * sizeof(uint32_t);
}

/* A number of the packet's network header, as it travels, as word @index of the key. */
static void keep_address(struct enforce_program *program, size_t offset, size_t index)
{
	enforce_program_load_packet(
		program, BPF_W, (uint32_t)SKF_NET_OFF + (uint32_t)offset + (uint32_t)index * 4);
	enforce_program_turn_word(program, BPF_REG_0);
	keep(program, word(index), BPF_REG_0);
}

/* A socket's program sees a datagram from its own header on. */
static void write_noting(struct enforce_program *program, int map, bool wide)
{
	const size_t source =
		wide ? offsetof(struct ip6_hdr, ip6_src) : offsetof(struct iphdr, saddr);

	enforce_program_begin(program);
	for (size_t i = 0; i < WORDS; i++)
		if (i == 0 || wide)
			keep_address(program, source, i);
		else
			keep_value(program, word(i), 0);
	enforce_program_load_packet(program, BPF_H, offsetof(struct udphdr, source));
	keep(program, offsetof(struct key, port), BPF_REG_0);
	keep_value(program, offsetof(struct key, wide), wide);
	enforce_program_set(program, BPF_REG_0, 0);
	enforce_program_keep_wide(program, VALUE, BPF_REG_0);
	enforce_program_map(program, BPF_REG_1, map);
	enforce_program_frame(program, BPF_REG_2, KEY);
	enforce_program_frame(program, BPF_REG_3, VALUE);
	enforce_program_set(program, BPF_REG_4, BPF_ANY);
	enforce_program_call(program, BPF_FUNC_map_update_elem);
	/* The whole of it. */
	enforce_program_answer(program, -1);
	enforce_program_end(program);
}

int enforce_answers_note(int map, int fd, int family)
{
	scoped(arena) struct arena *arena = arena_new();
	struct enforce_program program = {.arena = arena};

	write_noting(&program, map, family == AF_INET6);
	scoped(fd) int loaded =
		enforce_program_load(&program, BPF_PROG_TYPE_SOCKET_FILTER, 0, "bulkhead_asked");
	if (loaded < 0)
		return loaded;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &loaded, sizeof(loaded)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){1}, sizeof(int)) < 0)
		return -errno;
	return 0;
}

void enforce_program_answers(struct enforce_program *program, int map, bool wide)
{
	for (size_t i = 0; i < WORDS; i++)
		if (i == 0 || wide)
			keep(program, word(i), (unsigned char)(BPF_REG_2 + i));
		else
			keep_value(program, word(i), 0);
	keep(program, offsetof(struct key, port), BPF_REG_6);
	keep_value(program, offsetof(struct key, wide), wide);
	enforce_program_map(program, BPF_REG_1, map);
	enforce_program_frame(program, BPF_REG_2, KEY);
	enforce_program_call(program, BPF_FUNC_map_lookup_elem);
	enforce_program_skip_none(program, BPF_REG_0, 2);
	enforce_program_answer(program, 1);
	enforce_program_end(program);
}
