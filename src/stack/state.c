/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/file.h"

enum { LONGEST_STATE = 4096, LONGEST_PLAN = 256 * 1024 * 1024 };

struct fixed {
	uint32_t version;
	uint64_t router;
	uint32_t generation;
	uint32_t former, changing;
};

static const struct record_field fixed_fields[] = {
	RECORD_ITEM(struct fixed, RECORD_U32, version),
	RECORD_ITEM(struct fixed, RECORD_U64, router),
	RECORD_ITEM(struct fixed, RECORD_U32, generation),
	RECORD_ITEM(struct fixed, RECORD_U32, former),
	RECORD_ITEM(struct fixed, RECORD_U32, changing),
};
static const struct record_type fixed_type = RECORD_TYPE(struct fixed, fixed_fields);
static const struct where nowhere;

static void name_plan(uint32_t generation, char name[32])
{
	snprintf(name, 32, "plans/%" PRIu32 ".json", generation);
}

uint32_t stack_state_next(int folder, uint32_t generation)
{
	char name[32];

	do
		name_plan(++generation, name);
	while (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return generation;
}

int stack_state_write_plan(
	int folder, const struct plan *plan, uint32_t generation, struct fault *why)
{
	scoped(memory) char *text = plan_write_brief(plan);
	char name[32];

	name_plan(generation, name);
	return stack_file_write(folder, name, text, strlen(text), 0600, why);
}

static int write_fixed(int folder, const struct fixed *fixed, struct fault *why)
{
	scoped(memory) char *text = record_write(&fixed_type, fixed);

	return stack_file_write(folder, "stack.json", text, strlen(text), 0600, why);
}

int stack_state_write_fixed(int folder, uint64_t router, uint32_t generation, struct fault *why)
{
	return write_fixed(folder,
		&(struct fixed){
			.version = STACK_STATE_VERSION, .router = router, .generation = generation},
		why);
}

int stack_state_write_changing(int folder, const struct stack_state *state, uint32_t generation,
	uint32_t former, uint32_t changing, struct fault *why)
{
	return write_fixed(folder,
		&(struct fixed){STACK_STATE_VERSION, state->router, generation, former, changing},
		why);
}

/* Each step leaves what one version or the other can read. */
int stack_state_renew(int folder, const struct stack_state *state, struct fault *why)
{
	int error = stack_state_write_plan(folder, state->plan, 0, why);

	if (error == 0)
		error = stack_state_write_fixed(folder, state->router, 0, why);
	if (error == 0)
		unlinkat(folder, "plan.json", 0);
	return error;
}

/* Before the fields: a newer version may have some that are not known here. */
static uint32_t version_of(const char *text)
{
	const char *at = strstr(text, "\"version\":");
	uint32_t version = 0;

	return at && sscanf(at + strlen("\"version\":"), " %" SCNu32, &version) == 1 ? version : 0;
}

static int read_fixed(int folder, struct stack_state *state, struct arena *arena, struct fault *why)
{
	const char *text;
	ssize_t length = descriptor_read(folder, "stack.json", LONGEST_STATE, arena, &text);
	struct fixed fixed = {0};
	int error;

	if (length < 0)
		return fault(why, (int)length, nowhere, "cannot read %s/stack.json", state->folder);
	if (version_of(text) > STACK_STATE_VERSION)
		return fault_of(why, FAULT_UNSUPPORTED, -EPROTO, nowhere,
			"stack '%s' was started by another version of bulkhead", state->stack);
	error = record_read_older(
		&fixed_type, arena, "stack.json", text, (size_t)length, &fixed, why);
	state->version = fixed.version;
	state->router = fixed.router;
	state->generation = fixed.generation;
	state->former = fixed.former;
	state->changing = fixed.changing;
	return error;
}

static int read_plan(int folder, const char *name, struct arena *arena, const struct plan **plan,
	struct fault *why)
{
	const char *text;
	ssize_t length = descriptor_read(folder, name, LONGEST_PLAN, arena, &text);
	struct plan *read = NULL;
	int error;

	if (length < 0)
		return fault(why, (int)length, nowhere, "cannot read %s of the stack", name);
	error = plan_read_older(name, text, (size_t)length, arena, &read, why);
	*plan = read;
	return error;
}

const struct plan *stack_state_plan(const struct stack_state *state, uint32_t generation,
	struct arena *arena, struct fault *why)
{
	scoped(fd) int folder =
		open(state->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct plan *plan = NULL;
	char name[32];

	if (generation == state->generation)
		return state->plan;
	name_plan(generation, name);
	if (folder < 0) {
		fault(why, -errno, nowhere, "cannot open %s", state->folder);
		return NULL;
	}
	return read_plan(folder, name, arena, &plan, why) < 0 ? NULL : plan;
}

int stack_state_open_plan(int folder, uint32_t generation)
{
	char name[32];

	name_plan(generation, name);
	int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return file < 0 ? -errno : file;
}

/* A member's file is missing before the member is started. */
static int read_member(int folder, const char *file, struct stack_member *member,
	struct arena *arena, struct fault *why)
{
	if (faccessat(folder, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	return stack_member_read(folder, file, arena, member, why);
}

static int read_members(
	int folder, struct stack_state *state, struct arena *arena, struct fault *why)
{
	int error = read_member(folder, "launcher.json", &state->launcher, arena, why);

	if (error == 0)
		error = read_member(folder, "supervisor.json", &state->supervisor, arena, why);
	if (error == 0)
		error = read_member(folder, "gateway.json", &state->gateway, arena, why);
	if (error == 0)
		error = read_member(folder, "outlet.json", &state->outlet, arena, why);
	if (error == 0)
		error = read_member(folder, "resolver.json", &state->resolver, arena, why);
	for (size_t i = 0; error == 0 && i < state->plan->service_count; i++) {
		struct stack_member member = {0};

		error = read_member(folder,
			arena_printf(arena, "services/%s.json", state->plan->services[i].name),
			&member, arena, why);
		if (error < 0 || member.pid == 0)
			continue;
		struct stack_member *kept =
			arena_append(arena, &state->services, &state->service_count, sizeof(*kept));
		*kept = member;
	}
	return error;
}

int stack_state_read(
	const char *stack, struct arena *arena, struct stack_state **state, struct fault *why)
{
	struct stack_state *read = arena_alloc(arena, sizeof(*read));
	char plan[32] = "plan.json";
	int error;

	read->stack = stack;
	read->folder = arena_printf(arena, "%s/%s", STACK_RUN_FOLDER, stack);
	scoped(fd) int folder = open(read->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0 && errno == ENOENT) {
		fault_of(why, FAULT_NO, 0, nowhere, "stack '%s' is not up", stack);
		return -ENOENT;
	}
	if (folder < 0)
		return fault_of(why, errno == EACCES ? FAULT_NEEDS_ROOT : FAULT_FAILED, -errno,
			nowhere, "cannot open %s", read->folder);
	error = read_fixed(folder, read, arena, why);
	if (error == 0 && read->version > 1)
		name_plan(read->generation, plan);
	if (error == 0)
		error = read_plan(folder, plan, arena, &read->plan, why);
	if (error == 0)
		error = read_members(folder, read, arena, why);
	*state = read;
	return error;
}

const struct stack_member *stack_state_service(const struct stack_state *state, const char *name)
{
	for (size_t i = 0; i < state->service_count; i++)
		if (text_equal(state->services[i].name, name))
			return &state->services[i];
	return NULL;
}
