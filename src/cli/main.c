/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "config.h"

/* Order is the order of --help. */
static const struct cli_verb *const verbs[] = {
	&cli_check,
	&cli_explain,
	&cli_plan,
	&cli_doctor,
	&cli_up,
	&cli_down,
	&cli_ps,
	&cli_logs,
	&cli_status,
	&cli_net,
	&cli_restart,
	&cli_reload,
	&cli_run,
	&cli_exec,
	&cli_signal,
	&cli_drill,
	NULL,
};

static void write_usage(FILE *out)
{
	fputs("usage: bulkhead VERB [OPTIONS]\n\n", out);
	for (size_t i = 0; verbs[i]; i++)
		fprintf(out, "  %-8s %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("\n`bulkhead VERB --help` tells more about one; `bulkhead --version` which this is\n",
		out);
}

static int help(const struct cli_verb *verb)
{
	printf("usage: bulkhead %s [OPTIONS]%s%s\n\n%s\n\n", verb->name,
		*verb->arguments ? " " : "", verb->arguments, verb->summary);
	cli_options_help(verb->accepts);
	if (verb->help)
		printf("\n%s", verb->help);
	return 0;
}

/* An answer that did not arrive is none. */
static int deliver(int status)
{
	const struct cli_options options = {0};
	struct fault why = {0};

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fault(&why, errno ? -errno : -EIO, (struct where){0}, "cannot write the answer");
	return status ? status : cli_fail(&options, &why);
}

static int run(const struct cli_verb *verb, int argc, char **argv)
{
	struct cli_options options;
	struct fault why = {0};

	if (cli_options_parse(argc, argv, verb->accepts, &options, &why) < 0) {
		int status = cli_fail(&options, &why);

		return verb->refused ? verb->refused : status;
	}
	if (options.help)
		return deliver(help(verb));
	if (!verb->acts)
		return deliver(verb->run(&options));
	/* Nobody's leaving may end us halfway; services get the signal back. */
	signal(SIGPIPE, SIG_IGN);
	return verb->run(&options);
}

static int unknown(const char *word)
{
	const struct cli_options options = {0};
	const char *names[sizeof(verbs) / sizeof(verbs[0])] = {0}, *near;
	size_t count = 0;
	struct fault why = {0};

	for (; verbs[count]; count++)
		names[count] = verbs[count]->name;
	near = text_nearest(word, names, count);
	fault_of(&why, FAULT_USAGE, 0, (struct where){0}, "unknown verb '%s'", word);
	if (near)
		fault_hint(&why, "did you mean %s?", near);
	else if (word[0] == '-')
		fault_hint(&why, "the verb comes first: bulkhead VERB %s …", word);
	else
		fault_hint(&why, "`bulkhead --help` lists them");
	return cli_fail(&options, &why);
}

/* Whatever is opened later must not become 0, 1 or 2: those are lent to a service by `run`. */
static bool open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3);
	return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv)
{
	if (!open_standard())
		return 4;
	/* A caller that ignores it would take from us how our children end. */
	signal(SIGCHLD, SIG_DFL);
	if (argc < 2) {
		write_usage(stderr);
		return 2;
	}
	if (text_equal(argv[1], "--help") || text_equal(argv[1], "-h") ||
		text_equal(argv[1], "help")) {
		write_usage(stdout);
		return deliver(0);
	}
	if (text_equal(argv[1], "--version")) {
		puts("bulkhead " BULKHEAD_VERSION);
		return deliver(0);
	}
	for (size_t i = 0; verbs[i]; i++)
		if (text_equal(verbs[i]->name, argv[1]))
			return run(verbs[i], argc - 1, argv + 1);
	return unknown(argv[1]);
}
