/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/log_follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "stack/log.h"
#include "stack/log_read.h"

/* Lines of one log before it is another's turn; how long a watch that failed may cost. */
enum { TURN = 1000, PATIENCE_MS = 1000 };

#define OWN "supervisor"

struct source {
	const char *name;
	bool own; /* the supervisor's, which is no folder */
	struct stack_log_reader *reader;
};

struct stack_logs {
	struct arena *arena;
	int folder; /* of the stack */
	int watch;
	char *const *services;
	size_t service_count, lines;
	struct source *sources;
	size_t source_count;
	size_t turn, taken; /* whose it is, and how many lines it gave */
	bool following;     /* what was there at first has been read */
};

static const struct where nowhere;

/* Is @name "storefront", or one of the instances of it? */
static bool is_named(const char *name, const char *wanted)
{
	size_t length = strlen(wanted);
	uint64_t number;

	if (!text_starts(name, wanted))
		return false;
	return !name[length] ||
	       (name[length] == '.' && text_number(name + length + 1, UINT32_MAX, &number));
}

static bool is_wanted(const struct stack_logs *logs, const char *name)
{
	for (size_t i = 0; i < logs->service_count; i++)
		if (is_named(name, logs->services[i]))
			return true;
	return logs->service_count == 0;
}

static bool is_open(const struct stack_logs *logs, const char *name, bool own)
{
	for (size_t i = 0; i < logs->source_count; i++)
		if (text_equal(logs->sources[i].name, name) && logs->sources[i].own == own)
			return true;
	return false;
}

static void add(struct stack_logs *logs, const char *name, bool own, size_t lines)
{
	static const uint32_t events = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
	int folder;

	if (!is_wanted(logs, name) || is_open(logs, name, own))
		return;
	folder = openat(
		logs->folder, own ? "." : name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return;
	/* By its descriptor: the name may be another folder by now. */
	if (logs->watch >= 0 && !own)
		inotify_add_watch(
			logs->watch, arena_printf(logs->arena, "/proc/self/fd/%d", folder), events);
	struct source *source =
		arena_append(logs->arena, &logs->sources, &logs->source_count, sizeof(*source));
	source->name = arena_text(logs->arena, name);
	source->own = own;
	source->reader = arena_alloc(logs->arena, sizeof(*source->reader));
	stack_log_open(source->reader, folder, own ? "supervisor.log" : "log", lines);
}

static int compare(const void *left, const void *right)
{
	const struct source *one = left, *other = right;

	return one->own != other->own ? one->own - other->own : strcmp(one->name, other->name);
}

/* What has appeared since is read from its begin. */
static void find_sources(struct stack_logs *logs, size_t lines)
{
	scoped(dir) DIR *folder =
		descriptor_entries(openat(logs->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			add(logs, entry->d_name, false, lines);
		else if (text_equal(entry->d_name, "supervisor.log"))
			add(logs, OWN, true, lines);
	}
}

static int no_log(
	const struct stack_logs *logs, const char *stack, const char *service, struct fault *why)
{
	const char *list = "";

	for (size_t i = 0; i < logs->source_count; i++)
		list = arena_printf(
			logs->arena, "%s%s%s", list, i ? ", " : "", logs->sources[i].name);
	fault_of(why, FAULT_NO, 0, nowhere, "stack '%s' has no log of '%s'", stack, service);
	if (*list)
		fault_hint(why, "there are logs of %s", list);
	return -ENOENT;
}

/* Each name must be one of a log: found among all of them. */
static int check_names(struct stack_logs *logs, const char *stack, char *const *services,
	size_t count, struct fault *why)
{
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t j = 0; j < logs->source_count && !found; j++)
			found = is_named(logs->sources[j].name, services[i]);
		if (!found)
			return no_log(logs, stack, services[i], why);
	}
	return 0;
}

static void drop_unwanted(struct stack_logs *logs)
{
	size_t kept = 0;

	for (size_t i = 0; i < logs->source_count; i++) {
		if (is_wanted(logs, logs->sources[i].name))
			logs->sources[kept++] = logs->sources[i];
		else
			stack_log_close(logs->sources[i].reader);
	}
	logs->source_count = kept;
}

int stack_logs_open(const char *stack, char *const *services, size_t count, size_t lines,
	struct arena *arena, struct stack_logs **opened, struct fault *why)
{
	struct stack_logs *logs = arena_alloc(arena, sizeof(*logs));
	const char *path = arena_printf(arena, "%s/%s", STACK_LOG_FOLDER, stack);
	int error;

	logs->arena = arena;
	logs->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	logs->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (logs->folder < 0) {
		int code = errno == ENOENT ? 0 : -errno;

		scoped_fd(&logs->watch);
		fault_of(why, code ? FAULT_FAILED : FAULT_NO, code, nowhere,
			"stack '%s' has no logs", stack);
		return code ? code : -ENOENT;
	}
	if (logs->watch >= 0)
		inotify_add_watch(logs->watch, path, IN_CREATE | IN_MOVED_TO | IN_MODIFY);
	find_sources(logs, lines);
	if (logs->source_count)
		qsort(logs->sources, logs->source_count, sizeof(*logs->sources), compare);
	error = check_names(logs, stack, services, count, why);
	if (error < 0) {
		stack_logs_close(logs);
		return error;
	}
	logs->services = services;
	logs->service_count = count;
	drop_unwanted(logs);
	*opened = logs;
	return 0;
}

size_t stack_logs_width(const struct stack_logs *logs)
{
	size_t width = 0;

	for (size_t i = 0; i < logs->source_count; i++)
		if (strlen(logs->sources[i].name) > width)
			width = strlen(logs->sources[i].name);
	return width;
}

size_t stack_logs_count(const struct stack_logs *logs)
{
	return logs->source_count;
}

static void next_turn(struct stack_logs *logs)
{
	logs->turn = (logs->turn + 1) % logs->source_count;
	logs->taken = 0;
}

bool stack_logs_next(struct stack_logs *logs, struct stack_log_line *line)
{
	/* Once round, and the first again: its turn may have ended in the middle. */
	for (size_t i = 0; logs->source_count && i <= logs->source_count; i++) {
		struct source *source = &logs->sources[logs->turn];

		if ((logs->taken < TURN || !logs->following) &&
			stack_log_next(source->reader, &line->text, &line->length)) {
			logs->taken++;
			line->service = source->name;
			line->lost = source->reader->lost;
			source->reader->lost = false;
			return true;
		}
		next_turn(logs);
	}
	return false;
}

bool stack_logs_rest(struct stack_logs *logs, struct stack_log_line *line)
{
	for (size_t i = 0; i < logs->source_count; i++)
		if (stack_log_rest(logs->sources[i].reader, &line->text, &line->length)) {
			line->service = logs->sources[i].name;
			line->lost = false;
			return true;
		}
	return false;
}

void stack_logs_wait(struct stack_logs *logs)
{
	struct pollfd polled = {.fd = logs->watch, .events = POLLIN};
	char events[4096];

	logs->following = true;
	poll(&polled, 1, PATIENCE_MS);
	while (read(logs->watch, events, sizeof(events)) > 0)
		;
	find_sources(logs, SIZE_MAX);
}

void stack_logs_close(struct stack_logs *logs)
{
	for (size_t i = 0; i < logs->source_count; i++)
		stack_log_close(logs->sources[i].reader);
	scoped_fd(&logs->watch);
	scoped_fd(&logs->folder);
}
