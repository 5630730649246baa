/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/secrets.h"
#include "plan/plan.h"

static const char opening[] = "${secret:";

static const struct plan_secret *find_secret(
	const struct plan_service *service, const char *name, size_t length)
{
	for (size_t i = 0; i < service->secret_count; i++)
		if (service->secrets[i].as_environment &&
			strncmp(service->secrets[i].name, name, length) == 0 &&
			service->secrets[i].name[length] == '\0')
			return &service->secrets[i];
	return NULL;
}

/* The bytes of a secret as a value: one newline at its end is cut, a NUL has no place. */
static int read_value(struct enforce_launch *launch, const struct plan_secret *secret,
	struct enforce_bytes *bytes, struct fault *why)
{
	int error = enforce_secret(launch, secret->source, secret->where, bytes, why);

	if (error < 0)
		return error;
	if (bytes->length && bytes->data[bytes->length - 1] == '\n')
		bytes->data[--bytes->length] = '\0';
	if (memchr(bytes->data, '\0', bytes->length))
		return fault(why, -EINVAL, secret->where,
			"secret '%s' holds a zero byte, which no variable can", secret->name);
	return 0;
}

/* What stood there before may hold secrets: no copy of them stays in the arena. */
static void replace(char **text, char *longer)
{
	explicit_bzero(*text, strlen(*text));
	*text = longer;
}

/* Append the value of @variable to @text, its secrets put in. */
static int expand(struct enforce_launch *launch, const struct plan_variable *variable, char **text,
	struct fault *why)
{
	const char *rest = variable->value;

	for (;;) {
		const char *start = strstr(rest, opening);
		const char *end = start ? strchr(start, '}') : NULL;
		struct enforce_bytes bytes = {0};

		if (!end) {
			replace(text, arena_printf(launch->arena, "%s%s", *text, rest));
			return 0;
		}
		const char *name = start + strlen(opening);
		const struct plan_secret *secret =
			find_secret(launch->service, name, (size_t)(end - name));
		if (!secret)
			return fault(why, -ENOENT, variable->where,
				"'%s' wants a secret that the service does not have",
				variable->name);
		int error = read_value(launch, secret, &bytes, why);
		if (error < 0)
			return error;
		char *longer = arena_printf(launch->arena, "%s%.*s%.*s", *text, (int)(start - rest),
			rest, (int)bytes.length, bytes.data);
		explicit_bzero(bytes.data, bytes.length);
		replace(text, longer);
		rest = end + 1;
	}
}

static void set_command(struct enforce_launch *launch)
{
	const struct plan_service *service = launch->service;

	if (launch->command) {
		launch->program = launch->command[0];
		launch->arguments = (char **)(size_t)launch->command;
		return;
	}
	launch->program = service->program;
	launch->arguments = arena_alloc(
		launch->arena, (service->argument_count + 1) * sizeof(*launch->arguments));
	for (size_t i = 0; i < service->argument_count; i++)
		launch->arguments[i] = arena_text(launch->arena, service->arguments[i]);
}

/* From nothing: what the plan does not name, the service does not have. */
int enforce_build_environment(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	set_command(launch);
	launch->environment = arena_alloc(
		launch->arena, (service->environment_count + 1) * sizeof(*launch->environment));
	for (size_t i = 0; i < service->environment_count; i++) {
		char *text = arena_printf(launch->arena, "%s=", service->environment[i].name);
		int error = expand(launch, &service->environment[i], &text, why);

		if (error < 0)
			return error;
		launch->environment[i] = text;
	}
	return 0;
}
