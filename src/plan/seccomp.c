/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/arena.h"
#include "base/fault.h"
#include "plan/plan.h"
#include "plan/seccomp_part.h"

/* x32 calls are x86-64 calls with this bit; numbers with higher bits do not exist. */
enum { X32 = 0x40000000 };

/* Numbers from `first` to the next segment's answer alike. */
struct segment {
	uint32_t first;
	uint32_t action;                 /* SECCOMP_RET_*; of a check: when no rule holds */
	bool check;                      /* the rules of this call decide */
	const struct plan_call *checked; /* they allow */
	size_t checked_count;
	const struct plan_call *kept; /* they refuse what audit mode would let through */
	size_t kept_count;
	size_t position; /* in the program */
};

struct compiler {
	const struct plan_launch_addresses *launch;
	uint32_t refused, matched; /* what calls without a rule answer, and those that meet one */
	uint32_t undeclared;       /* as `refused`, but for what audit mode lets through */
	uint32_t newer;            /* and those above the catalog */
	struct plan_emitter emitter;
	struct segment *segments;
	size_t segment_count;
};

static bool same_conditions(const struct plan_call *left, const struct plan_call *right)
{
	if (left->launch_only != right->launch_only ||
		left->condition_count != right->condition_count)
		return false;
	for (size_t i = 0; i < left->condition_count; i++) {
		const struct plan_condition *a = &left->conditions[i], *b = &right->conditions[i];

		if (a->argument != b->argument || a->wide != b->wide || a->differs != b->differs ||
			a->mask != b->mask || a->value != b->value)
			return false;
	}
	return true;
}

static void add_segment(struct compiler *compiler, struct segment segment)
{
	struct segment *last =
		compiler->segment_count ? &compiler->segments[compiler->segment_count - 1] : NULL;

	if (last && last->first == segment.first) {
		compiler->segment_count--;
		last = compiler->segment_count ? last - 1 : NULL;
	}
	if (last && !last->check && !segment.check && last->action == segment.action)
		return;
	struct segment *place = arena_append(compiler->emitter.arena, &compiler->segments,
		&compiler->segment_count, sizeof(*place));
	*place = segment;
}

/* The rules of one call become one answer or one check. */
static void add_rules(struct compiler *compiler, uint32_t number, struct segment segment)
{
	bool judged = false, settled = false;

	segment.first = number;
	segment.action = compiler->undeclared;
	for (size_t i = 0; i < segment.kept_count; i++) {
		if (segment.kept[i].condition_count == 0)
			segment.action = compiler->refused;
		judged = true;
	}
	/* Refused whatever its arguments: nothing to check. */
	if (segment.action == compiler->refused) {
		segment.kept_count = 0;
		judged = false;
	}
	for (size_t i = 0; i < segment.checked_count; i++) {
		const struct plan_call *rule = &segment.checked[i];

		settled |= rule->action == PLAN_REFUSE ||
			   (rule->condition_count == 0 && !rule->launch_only);
		if (rule->action == PLAN_REFUSE)
			segment.action = SECCOMP_RET_ERRNO | (rule->error & SECCOMP_RET_DATA);
		else if (rule->condition_count == 0 && !rule->launch_only)
			segment.action = compiler->matched;
		else if (!rule->launch_only || compiler->launch)
			judged = true;
	}
	segment.check = judged && !settled;
	add_segment(compiler, segment);
	add_segment(
		compiler, (struct segment){.first = number + 1, .action = compiler->undeclared});
}

/* How many of @count rules from @rules on are for one call. */
static size_t of_one_call(const struct plan_call *rules, size_t count)
{
	size_t same = 1;

	while (same < count && rules[same].number == rules->number)
		same++;
	return same;
}

static void segment_numbers(struct compiler *compiler, const struct plan_service *service)
{
	enum catalog_arch arch = catalog_native_arch();
	const struct plan_call *calls = service->calls, *kept = service->kept;
	size_t call_count = service->call_count, kept_count = service->kept_count;

	add_segment(compiler, (struct segment){.first = 0, .action = compiler->undeclared});
	while (call_count > 0 || kept_count > 0) {
		uint32_t number = call_count > 0 ? calls->number : kept->number;
		struct segment segment = {.checked = calls, .kept = kept};

		if (kept_count > 0 && kept->number < number)
			number = kept->number;
		if (call_count > 0 && calls->number == number)
			segment.checked_count = of_one_call(calls, call_count);
		if (kept_count > 0 && kept->number == number)
			segment.kept_count = of_one_call(kept, kept_count);
		calls += segment.checked_count;
		call_count -= segment.checked_count;
		kept += segment.kept_count;
		kept_count -= segment.kept_count;
		add_rules(compiler, number, segment);
	}
	add_segment(compiler,
		(struct segment){.first = catalog_newest(arch) + 1, .action = compiler->newer});
	if (arch == CATALOG_X86_64)
		add_segment(compiler,
			(struct segment){.first = X32, .action = SECCOMP_RET_KILL_PROCESS});
}

static bool repeated(const struct plan_call *rules, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (same_conditions(&rules[i], &rules[index]))
			return true;
	return false;
}

static size_t check(struct compiler *compiler, const struct segment *segment)
{
	size_t next = plan_emit_return(&compiler->emitter, segment->action);

	for (size_t i = segment->kept_count; i-- > 0;) {
		size_t holds = plan_emit_return(&compiler->emitter, compiler->refused);

		next = plan_emit_rule(
			&compiler->emitter, &segment->kept[i], compiler->launch, holds, next);
	}
	for (size_t i = segment->checked_count; i-- > 0;) {
		const struct plan_call *rule = &segment->checked[i];

		/* Several lines may grant the same right; one check serves them all. */
		if (repeated(segment->checked, i) || (rule->launch_only && !compiler->launch))
			continue;
		size_t holds = plan_emit_return(&compiler->emitter, compiler->matched);
		next = plan_emit_rule(&compiler->emitter, rule, compiler->launch, holds, next);
	}
	return next;
}

/* Binary search over @count segments from @first on. */
static size_t search(struct compiler *compiler, size_t first, size_t count)
{
	struct segment *segment = &compiler->segments[first];

	if (count == 1)
		return segment->check ? segment->position
				      : plan_emit_return(&compiler->emitter, segment->action);
	size_t half = count / 2;
	size_t above = search(compiler, first + half, count - half);
	size_t below = search(compiler, first, half);
	return plan_emit_branch(&compiler->emitter, BPF_JGE, segment[half].first, above, below);
}

static int compile(struct compiler *compiler, const struct plan_service *service,
	struct plan_filter *filter, struct fault *why)
{
	struct plan_emitter *emitter = &compiler->emitter;
	int result = plan_seccomp_judge(service, why);

	if (result < 0)
		return result;
	segment_numbers(compiler, service);
	for (size_t i = 0; i < compiler->segment_count; i++)
		if (compiler->segments[i].check)
			compiler->segments[i].position = check(compiler, &compiler->segments[i]);
	size_t position = search(compiler, 0, compiler->segment_count);
	position = plan_emit_load(emitter, offsetof(struct seccomp_data, nr), position);
	/* Killed first of all: numbers mean nothing before the architecture is known. */
	position = plan_emit_branch(emitter, BPF_JEQ, catalog_audit_arch(catalog_native_arch()),
		position, plan_emit_return(emitter, SECCOMP_RET_KILL_PROCESS));
	plan_emit_load(emitter, offsetof(struct seccomp_data, arch), position);
	if (emitter->count > BPF_MAXINSNS)
		return fault(why, -E2BIG, service->where,
			"the system call filter of %s has %zu instructions, the kernel takes %d",
			service->name, emitter->count, BPF_MAXINSNS);
	plan_emit_finish(emitter, filter);
	return 0;
}

int plan_seccomp(const struct plan_service *service, const struct plan_launch_addresses *launch,
	uint32_t refusal, struct arena *arena, struct plan_filter *filter, struct fault *why)
{
	struct compiler compiler = {
		.launch = launch,
		.refused = SECCOMP_RET_ERRNO | (refusal & SECCOMP_RET_DATA),
		.undeclared = SECCOMP_RET_ERRNO | (refusal & SECCOMP_RET_DATA),
		.matched = SECCOMP_RET_ALLOW,
		.newer = SECCOMP_RET_ERRNO | ENOSYS,
		.emitter = {.arena = arena},
	};

	if (plan_audit(service, LAYER_SECCOMP))
		compiler.undeclared = SECCOMP_RET_LOG;
	return compile(&compiler, service, filter, why);
}

int plan_seccomp_endings(const struct plan_service *service, struct arena *arena,
	struct plan_filter *filter, struct fault *why)
{
	struct compiler compiler = {
		.refused = SECCOMP_RET_ALLOW,
		.undeclared = SECCOMP_RET_ALLOW,
		.matched = SECCOMP_RET_USER_NOTIF,
		.newer = SECCOMP_RET_ALLOW,
		.emitter = {.arena = arena},
	};
	struct plan_service endings = *service;

	endings.call_count = endings.kept_count = 0;
	endings.calls = arena_alloc(arena, (service->ending_count + 1) * sizeof(*endings.calls));
	for (size_t i = 0; i < service->ending_count; i++) {
		const struct plan_ending *ending = &service->endings[i];

		endings.calls[endings.call_count++] = (struct plan_call){.name = ending->name,
			.number = ending->number,
			.conditions = ending->conditions,
			.condition_count = ending->condition_count,
			.where = ending->where};
	}
	return compile(&compiler, &endings, filter, why);
}
