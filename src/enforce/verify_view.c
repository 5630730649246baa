/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

enum { MOST_TEXT = 1 << 20 };

struct mount {
	const char *point, *options;
	bool planned;
};

/* Mountinfo writes space, tab, newline and backslash as \ooo. */
static char *plain(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_text_length(arena, text, length), *to = copy;

	for (const char *from = copy; *from; to++) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			const char octal[] = {from[1], from[2], from[3], '\0'};

			*to = (char)strtol(octal, NULL, 8);
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return copy;
}

static const char *skip_fields(const char *line, int count)
{
	for (; count > 0; count--) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return line;
}

static struct mount *read_mounts(const struct enforce_verify_context *context, size_t *count)
{
	struct mount *mounts = NULL;
	char path[40];
	const char *line;

	*count = 0;
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)context->process);
	if (descriptor_read(AT_FDCWD, path, MOST_TEXT, context->arena, &line) < 0)
		return NULL;
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *point = skip_fields(line, 4), *options = skip_fields(line, 5);
		struct mount *mount = arena_append(context->arena, &mounts, count, sizeof(*mount));

		mount->point = plain(context->arena, point, strcspn(point, " \n"));
		/* With commas around, so that ",ro," is the word. */
		mount->options = arena_printf(
			context->arena, ",%.*s,", (int)strcspn(options, " \n"), options);
	}
	return mounts;
}

/* The topmost at @point that no node has claimed. */
static struct mount *claim(struct mount *mounts, size_t count, const char *point)
{
	for (size_t i = count; i > 0; i--)
		if (!mounts[i - 1].planned && strcmp(mounts[i - 1].point, point) == 0) {
			mounts[i - 1].planned = true;
			return &mounts[i - 1];
		}
	return NULL;
}

static bool is_mount(const struct plan_node *node)
{
	return node->kind == PLAN_BIND || node->kind == PLAN_MEMORY || node->kind == PLAN_PROC ||
	       node->kind == PLAN_MASK || node->kind == PLAN_SOCKETS || node->kind == PLAN_HOSTS ||
	       node->kind == PLAN_NOTIFY;
}

/* What may be missing: a mask over nothing, and the hosts file of a service run alone. */
static bool needed(const struct enforce_verify_context *context, const struct plan_node *node)
{
	const char *path = arena_printf(
		context->arena, "/proc/%d/root%s", (int)context->process, node->target);

	return node->kind != PLAN_HOSTS && !(node->kind == PLAN_MASK && access(path, F_OK) < 0);
}

/* The first option that the mount should carry and does not; NULL: none. */
static const char *lost(const struct plan_node *node, const struct mount *mount)
{
	const bool proc = node->kind == PLAN_PROC, mask = node->kind == PLAN_MASK;
	const struct {
		bool wanted;
		const char *word;
	} options[] = {
		{node->read_only || node->as_root || mask, ",ro,"},
		{true, ",nosuid,"},
		{!node->device, ",nodev,"},
		{!node->executable || proc || mask, ",noexec,"},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].wanted && !strstr(mount->options, options[i].word))
			return options[i].word;
	return NULL;
}

static bool weaker_node(const struct enforce_verify_context *context, const struct plan_node *node,
	struct mount *mounts, size_t count, struct enforce_verdict *verdict)
{
	const struct mount *mount = claim(mounts, count, node->target);

	if (!mount) {
		if (!needed(context, node))
			return false;
		enforce_verify_say(
			verdict, ENFORCE_WEAKER, node->where, "%s is not mounted", node->target);
		return true;
	}
	const char *word = lost(node, mount);
	if (!word)
		return false;
	enforce_verify_say(verdict, ENFORCE_WEAKER, node->where, "%s has lost '%.*s'", node->target,
		(int)strlen(word) - 2, word + 1);
	return true;
}

/* Our own that no node names: the root, the covers of masks, what was brought. */
static bool ours(const char *point)
{
	return strcmp(point, "/") == 0 || strcmp(point, "/.closed") == 0 ||
	       text_starts(point, "/run/bring/");
}

const char *enforce_verify_executable(const struct enforce_verify_context *context)
{
	size_t count;
	const struct mount *mounts = read_mounts(context, &count);

	for (size_t i = 0; i < count; i++)
		if (!strstr(mounts[i].options, ",noexec,"))
			return mounts[i].point;
	return count ? NULL : "its view";
}

/* Of audit mode: a mount of the host by which nothing can be written or executed. */
static bool of_tree(const struct plan_service *service, const struct mount *mount)
{
	static const char *const words[] = {",ro,", ",nosuid,", ",nodev,", ",noexec,"};

	if (!plan_audit(service, LAYER_VIEW))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strstr(mount->options, words[i]))
			return false;
	return true;
}

void enforce_verify_view(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const struct plan_audit *audit = plan_audit(service, LAYER_VIEW);
	struct where where = service->where;
	size_t count, planned = 0;
	struct mount *mounts = read_mounts(context, &count);

	if (count == 0) {
		enforce_verify_say(verdict, ENFORCE_UNKNOWN, where, "its mounts cannot be read");
		return;
	}
	for (size_t i = service->node_count; i > 0; i--) {
		const struct plan_node *node = &service->nodes[i - 1];

		if (!is_mount(node))
			continue;
		planned++;
		if (weaker_node(context, node, mounts, count, verdict))
			return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!mounts[i].planned && !ours(mounts[i].point) && !of_tree(service, &mounts[i])) {
			enforce_verify_say(verdict, ENFORCE_WEAKER, where,
				"%s is mounted, which is not planned", mounts[i].point);
			return;
		}
		if (strcmp(mounts[i].point, "/") == 0 && !strstr(mounts[i].options, ",ro,")) {
			enforce_verify_say(verdict, ENFORCE_WEAKER, where, "its root is writable");
			return;
		}
	}
	if (audit)
		enforce_verify_say(verdict, ENFORCE_WEAKER, audit->where,
			"audit: this machine's files are in it, read-only, never executed");
	else
		enforce_verify_say(
			verdict, ENFORCE_ENFORCED, where, "%zu mounts as planned", planned);
}
