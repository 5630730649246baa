/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "stack/state.h"

enum { BACKLOG = 16 };

static const struct where nowhere;

/* By descriptor: the name of a stack may be longer than an address of a socket. */
static struct sockaddr_un address_in(int folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", folder);
	return address;
}

int stack_control_listen(int folder, struct fault *why)
{
	const struct sockaddr_un address = address_in(folder);
	scoped(fd) int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (unlinkat(folder, "control", 0) < 0 && errno != ENOENT)
		return fault(why, -errno, nowhere, "cannot remove the old control socket");
	mode_t before = umask(0177);
	int bound = listener < 0
			    ? -1
			    : bind(listener, (const struct sockaddr *)&address, sizeof(address));
	int error = bound < 0 || listen(listener, BACKLOG) < 0 ? -errno : 0;
	umask(before);
	return error < 0 ? fault(why, error, nowhere, "cannot make the control socket")
			 : take_fd(&listener);
}

static int nobody(const char *stack, int error, struct fault *why)
{
	fault(why, error, nowhere, "no supervisor of stack '%s' answers", stack);
	fault_hint(why, "`bulkhead up` starts one, which adopts what runs");
	return error;
}

static int open_connection(const char *stack, struct fault *why)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", STACK_RUN_FOLDER, stack);
	scoped(fd) int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		fault_of(why, FAULT_NO, 0, nowhere, "stack '%s' is not up", stack);
		return -ENOENT;
	}
	const struct sockaddr_un address = address_in(folder);
	scoped(fd) int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connection < 0 ||
		connect(connection, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return nobody(stack, -errno, why);
	return take_fd(&connection);
}

int stack_control_ask(const char *stack, enum stack_control_verb verb, uint32_t within,
	uint32_t number, char *const *names, size_t count, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct stack_control_request *request = arena_alloc(arena, sizeof(*request));
	size_t used = 0;

	*request = (struct stack_control_request){
		.version = STACK_STATE_VERSION, .verb = verb, .within = within, .number = number};
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]) + 1;

		if (used + length > sizeof(request->names))
			return fault_of(
				why, FAULT_USAGE, -E2BIG, nowhere, "too many services at once");
		memcpy(request->names + used, names[i], length);
		used += length;
	}
	scoped(fd) int connection = open_connection(stack, why);
	if (connection < 0)
		return connection;
	if (send(connection, request, offsetof(struct stack_control_request, names) + used,
		    MSG_NOSIGNAL) < 0)
		return nobody(stack, -errno, why);
	return take_fd(&connection);
}

int stack_control_next(int connection, struct stack_news *news)
{
	ssize_t got;

	do
		got = recv(connection, news, sizeof(*news), 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got < 0 && errno != ECONNRESET ? -errno : 0;
	/* It comes from who has no rights: nothing in it is relied upon. */
	if ((size_t)got != sizeof(*news) || news->kind >= STACK_NEWS_KINDS ||
		news->state >= SCHEDULE_STATES)
		return -EPROTO;
	news->service[sizeof(news->service) - 1] = '\0';
	news->text[sizeof(news->text) - 1] = '\0';
	news->file[sizeof(news->file) - 1] = '\0';
	news->why.text[sizeof(news->why.text) - 1] = '\0';
	news->why.hint[sizeof(news->why.hint) - 1] = '\0';
	news->why.where.file = NULL;
	return 1;
}

int stack_control_failed(const struct stack_news *news, struct arena *arena, struct fault *why)
{
	if (why) {
		*why = news->why;
		why->where.file = news->file[0] ? arena_text(arena, news->file) : NULL;
	}
	return news->why.code < 0 ? news->why.code : -EIO;
}
