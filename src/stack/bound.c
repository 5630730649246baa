/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/bound.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "stack/bound_alone.h"

enum {
	LONGEST_TABLE = 16 * 1024 * 1024,
	TCP_LISTENING = 0x0a, /* include/net/tcp_states.h */
	UDP_BOUND = 0x07,
	UNIX_LISTENING = 0x10000, /* __SO_ACCEPTCON */
};

static const char *read_table(pid_t pid, const char *name, struct arena *arena)
{
	const char *text;
	ssize_t length = descriptor_read(AT_FDCWD,
		arena_printf(arena, "/proc/%d/net/%s", pid, name), LONGEST_TABLE, arena, &text);

	return length < 0 ? "" : text;
}

/* The kernel prints each four bytes of an address as one number. */
static bool read_address(const char *digits, struct stack_bound *bound)
{
	size_t words = strlen(digits) / 8;

	if (words != (bound->wide ? 4 : 1))
		return false;
	for (size_t i = 0; i < words; i++) {
		uint32_t word;

		if (sscanf(digits + i * 8, "%8x", &word) != 1)
			return false;
		memcpy(bound->address + i * 4, &word, sizeof(word));
	}
	return true;
}

/* A line reads "  0: 0100007F:1538 00000000:0000 0A …": slot, local, remote, state. */
static void add_ports(const char *table, const struct stack_bound *kind, struct arena *arena,
	struct stack_bound **all, size_t *count)
{
	unsigned wanted = kind->udp ? UDP_BOUND : TCP_LISTENING;

	for (const char *line = strchr(table, '\n'); line; line = strchr(line + 1, '\n')) {
		struct stack_bound bound = *kind;
		char digits[33];
		unsigned state;

		if (sscanf(line, " %*u: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x", digits, &bound.port,
			    &state) != 3 ||
			state != wanted || !read_address(digits, &bound))
			continue;
		struct stack_bound *one = arena_append(arena, all, count, sizeof(*one));
		*one = bound;
	}
}

static int compare(const void *left, const void *right)
{
	const struct stack_bound *a = left, *b = right;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->udp != b->udp)
		return a->udp ? 1 : -1;
	return a->wide != b->wide ? (a->wide ? 1 : -1)
				  : memcmp(a->address, b->address, sizeof(a->address));
}

static bool is_any(const struct stack_bound *bound)
{
	static const uint8_t any[16] = {0};

	return memcmp(bound->address, any, sizeof(any)) == 0;
}

struct stack_bound *stack_bound_ports(pid_t pid, struct arena *arena, size_t *count)
{
	static const struct {
		const char *table;
		struct stack_bound kind;
	} kinds[] = {
		{"tcp", {.udp = false}},
		{"tcp6", {.wide = true}},
		{"udp", {.udp = true}},
		{"udp6", {.udp = true, .wide = true}},
	};
	struct stack_bound *all = NULL;

	*count = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		scoped(arena) struct arena *once = arena_new();

		add_ports(
			read_table(pid, kinds[i].table, once), &kinds[i].kind, arena, &all, count);
	}
	if (*count)
		qsort(all, *count, sizeof(*all), compare);
	for (size_t i = 0; i < *count; i++)
		if (all[i].wide && !all[i].udp && is_any(&all[i])) {
			stack_bound_mark_alone(pid, all, *count);
			break;
		}
	return all;
}

/* The IPv4 address that is meant, or NULL. */
static const uint8_t *narrow_of(const struct stack_bound *bound)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!bound->wide)
		return bound->address;
	return memcmp(bound->address, mapped, sizeof(mapped)) == 0 ? bound->address + 12 : NULL;
}

bool stack_bound_loopback(const struct stack_bound *bound)
{
	const uint8_t *narrow = narrow_of(bound);

	if (narrow)
		return narrow[0] == 127;
	return memcmp(bound->address, &in6addr_loopback, sizeof(bound->address)) == 0;
}

bool stack_bound_serves(const struct stack_bound *bound, bool wide)
{
	if (stack_bound_loopback(bound))
		return false;
	if (bound->wide && is_any(bound) && !bound->alone)
		return true;
	return wide == !narrow_of(bound);
}

bool stack_bound_at(const struct stack_bound *bound, const char *address)
{
	bool wide = strchr(address, ':') != NULL;
	const uint8_t *own = wide ? bound->address : narrow_of(bound);
	uint8_t wanted[16] = {0};

	inet_pton(wide ? AF_INET6 : AF_INET, address, wanted);
	if (is_any(bound))
		return wide ? bound->wide : !bound->alone;
	return wide == !narrow_of(bound) && own && memcmp(own, wanted, wide ? 16 : 4) == 0;
}

const char *stack_bound_text(const struct stack_bound *bound, char text[STACK_BOUND_TEXT])
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(bound->wide ? AF_INET6 : AF_INET, bound->address, address, sizeof(address));
	snprintf(text, STACK_BOUND_TEXT, "%s%s%s:%u%s", bound->wide ? "[" : "", address,
		bound->wide ? "]" : "", bound->port, bound->udp ? "/udp" : "");
	return text;
}

/* A line reads "0000…: 00000002 00000000 00010000 0001 01 12345 /run/php/shop.sock". */
bool stack_bound_path(pid_t pid, const char *path)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *table = read_table(pid, "unix", arena);

	for (const char *line = strchr(table, '\n'); line; line = strchr(line + 1, '\n')) {
		unsigned flags;
		int name = 0;
		size_t length;

		if (sscanf(line, " %*[0-9a-f]: %*x %*x %x %*x %*x %*u %n", &flags, &name) != 1 ||
			name == 0 || !(flags & UNIX_LISTENING))
			continue;
		length = strcspn(line + name, "\n");
		if (length == strlen(path) && strncmp(line + name, path, length) == 0)
			return true;
	}
	return false;
}
