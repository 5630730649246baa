/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "enforce/verify_part.h"
#include "plan/plan.h"

/* As the kernel calls the descriptor that answers for a filter. */
static const char listener[] = "anon_inode:seccomp notify";

/* Does the init hold one?  Negative when nobody can look. */
static int holds_listener(const struct enforce_verify_context *context)
{
	const char *path = arena_printf(context->arena, "/proc/%d/fd", (int)context->init);
	DIR *folder = opendir(path);
	bool found = false;

	if (!folder)
		return -1;
	for (struct dirent *entry; !found && (entry = readdir(folder));) {
		char target[sizeof(listener)] = "";
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));

		found = length == sizeof(listener) - 1 &&
			text_equal(arena_text_length(context->arena, target, (size_t)length),
				listener);
	}
	closedir(folder);
	return found;
}

/* "execute, listen": the words of the policy, each once. */
static const char *words(const struct plan_service *service, struct arena *arena)
{
	const char *text = service->view_closes ? "execute" : "";

	for (size_t i = 0; i < service->ending_count; i++) {
		const char *word = service->endings[i].right;
		bool named = text_equal(word, "execute") && service->view_closes;

		for (size_t j = 0; j < i; j++)
			named = named || text_equal(service->endings[j].right, word);
		if (!named)
			text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", word);
	}
	return text;
}

bool enforce_verify_has_phase(const struct plan_service *service)
{
	return service->ending_count > 0 || service->view_closes;
}

void enforce_verify_phase(
	const struct enforce_verify_context *context, struct enforce_verdict *verdict)
{
	const struct plan_service *service = context->service;
	const unsigned filters = service->ending_count ? 2 : 1;
	struct where where =
		service->ending_count ? service->endings[0].where : service->view_closes_where;
	int open = service->ending_count ? holds_listener(context) : 0;
	const char *executable = service->view_closes ? enforce_verify_executable(context) : NULL;

	if (context->status.filters < filters)
		enforce_verify_say(verdict, ENFORCE_ABSENT, where,
			"the filter of what ends when it is ready is not there");
	else if (open < 0)
		enforce_verify_say(verdict, ENFORCE_UNKNOWN, where,
			"the descriptors of its init cannot be read");
	else if (open)
		enforce_verify_say(verdict, ENFORCE_WEAKER, where,
			"open still, since it is not ready: %s", words(service, context->arena));
	else if (executable)
		enforce_verify_say(verdict, ENFORCE_WEAKER, service->view_closes_where,
			"%s may still be executed from: it is not ready", executable);
	else
		enforce_verify_say(verdict, ENFORCE_ENFORCED, where, "ended for good: %s",
			words(service, context->arena));
}
