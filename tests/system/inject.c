/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inject.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "tracer.h"

/* What a launch did, told by the process that called it. */
struct outcome {
	int status;
	char output[INJECT_OUTPUT];
};

enum { MOST_POINTS = 8192, INIT = 2 };

static struct arena *arena;
static const struct inject *subject;
static struct outcome *outcome, whole;
static char whole_init[8192];
static struct tracer_point points[MOST_POINTS];
static size_t point_count, tried;

/* Calls by which a launch confines; if one of them fails there is no service, or a whole one. */
static const char *const confining[] = {"bpf", "capset", "chdir", "clone", "clone3", "close_range",
	"execveat", "fchdir", "fchmod", "fchown", "fork", "fsconfig", "fsmount", "fsopen",
	"getrandom", "keyctl", "landlock_add_rule", "landlock_create_ruleset",
	"landlock_restrict_self", "mkdirat", "mknodat", "mount", "mount_setattr", "move_mount",
	"open_tree", "openat", "openat2", "personality", "pipe2", "pivot_root", "prctl",
	"prlimit64", "seccomp", "sendto", "recvmsg", "setdomainname", "setgroups", "sethostname",
	"setns", "setresgid", "setresuid", "setsid", "symlinkat", "umount2", "unshare", "write"};

/* All that a service can see of its own confinement; perl makes the calls itself. */
static const char script[] =
	"sub slurp { open(my $f, '<', $_[0]) or return \"$_[0]: $!\\n\"; local $/; <$f> }"
	"for (split /\\n/, slurp('/proc/self/status')) {"
	" s/\\d+$/N/ if /^NSpid/;" /* a command's number is another each time */
	" print \"$_\\n\" if /^(Umask|Uid|Gid|Groups|NSpid|Sig(Ign|Blk)|Cap|NoNew|Seccomp)/ }"
	"print map { join(' ', (split)[4, 5]) . \"\\n\" } split /\\n/, "
	"slurp('/proc/self/mountinfo');"
	"print slurp('/proc/self/limits'), slurp('/proc/self/cgroup') =~ s/exec-\\d+/exec-N/r, "
	"slurp('/proc/net/dev');"
	"print slurp('/proc/self/oom_score_adj'), slurp('/proc/sys/kernel/hostname');"
	"opendir(my $d, '/proc/self/fd'); print join(' ', sort readdir $d), \"\\n\";"
	"for my $n (qw(user pid net ipc uts mnt cgroup)) {"
	" print \"shares $n\\n\" if index($ARGV[0], readlink(\"/proc/self/ns/$n\") . ' ') >= 0 }"
	"my $u = \"\\0\" x 390; syscall(63, $u); print join(' ', (unpack('Z65' x 6, $u))[1, 5]), "
	"\"\\n\";"
	"sub try { my ($n, @a) = @_; my $r = syscall($n, @a); print \"@_[0, 1]: $r \", $r < 0 ? $! "
	"+ 0 : '', \"\\n\" }"
	"try(157, 66, 0, 0, 0, 0);"        /* PR_GET_MDWE */
	"try(157, 27, 0, 0, 0, 0);"        /* PR_GET_SECUREBITS */
	"my $m = 'm'; try(319, $m, 0x10);" /* memfd_create(MFD_EXEC): vm.memfd_noexec */
	"print opendir(my $l, '/') ? 'lists' : $! + 0, \"\\n\";" /* Landlock alone refuses */
	"try(62, 1, 0); try(272, 0x10000000); try(135, 0xffffffff); try(140, 0, 0);";

int inject_begin(const struct inject *inject)
{
#if defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__)
	printf("SKIP: traces by the registers of x86-64, and without sanitizers\n");
	return 77;
#endif
	subject = inject;
	arena = arena_new();
	outcome = mmap(
		NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return outcome == MAP_FAILED;
}

static char *host_namespaces(void)
{
	static const char *const names[] = {"user", "pid", "net", "ipc", "uts", "mnt", "cgroup"};
	char *text = arena_text(arena, "");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char link[64];
		ssize_t length = readlink(
			arena_printf(arena, "/proc/self/ns/%s", names[i]), link, sizeof(link) - 1);

		text = arena_printf(arena, "%s%.*s ", text, (int)length, link);
	}
	return text;
}

/* One launch whose call at @point fails with @error. */
static struct tracer launch(struct tracer_point point, int error, bool write_down)
{
	struct tracer tracer = {.own = INIT,
		.failing = point,
		.error = error,
		.points = write_down ? points : NULL,
		.room = MOST_POINTS};
	char *const command[] = {
		"/usr/bin/perl", "-e", (char *)(size_t)script, host_namespaces(), NULL};

	*outcome = (struct outcome){.status = -2};
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		outcome->status = subject->run(command, outcome->output, sizeof(outcome->output));
		_exit(0);
	}
	tracer_follow(&tracer, child);
	subject->tidy();
	return tracer;
}

static const char *first_difference(void)
{
	size_t line = 0;

	for (size_t i = 0; whole.output[i] && whole.output[i] == outcome->output[i]; i++)
		if (whole.output[i] == '\n')
			line = i + 1;
	return arena_text_length(
		arena, outcome->output + line, strcspn(outcome->output + line, "\n"));
}

static const struct tracer_point nowhere = {.number = -1};

void inject_nothing(void)
{
	struct tracer tracer = launch(nowhere, 0, true);

	assert_true(tracer.executed);
	if (outcome->status != 0)
		fail_msg("status %d: %s", outcome->status, outcome->output);
	whole = *outcome;
	memcpy(whole_init, tracer.owns, sizeof(whole_init));
	point_count = tracer.point_count;
	char filters[32];
	snprintf(filters, sizeof(filters), "Seccomp_filters:\t%s\n", subject->filters);
	assert_non_null(strstr(whole.output, filters));
	assert_null(strstr(whole.output, "shares"));
	assert_null(strstr(whole.output, "lists"));
	assert_non_null(strstr(whole_init, "Seccomp_filters:\t1"));
	/* Once more it looks the same: else a comparison would say nothing. */
	tracer = launch(nowhere, 0, false);
	if (strcmp(outcome->output, whole.output) != 0)
		fail_msg("another time it is another: %s", first_difference());
	assert_string_equal(tracer.owns, whole_init);
}

static bool confines(long number)
{
	const struct catalog_call *call =
		catalog_call_number(catalog_native_arch(), (uint32_t)number);

	for (size_t i = 0; call && i < sizeof(confining) / sizeof(confining[0]); i++)
		if (strcmp(confining[i], call->name) == 0)
			return true;
	return false;
}

static const char *describe(const struct tracer_point *point, int error)
{
	const struct catalog_call *call =
		catalog_call_number(catalog_native_arch(), (uint32_t)point->number);

	return arena_printf(arena, "%s %u of the %s: %s", call->name, point->count,
		point->process < 4 ? subject->sides[point->process] : "rest", strerror(error));
}

/* No service, and a reason unless something was killed; or a service and an init as if nothing had
 * failed. */
static size_t judge(const struct tracer_point *point, int error)
{
	struct tracer tracer = launch(*point, error, false);

	if (!tracer.failed)
		return 0;
	tried++;
	if (!tracer.executed && !tracer.hung && outcome->status != 0 &&
		(outcome->output[0] || outcome->status > 128))
		return 0;
	if (tracer.executed && !tracer.hung && strcmp(outcome->output, whole.output) == 0 &&
		strcmp(tracer.owns, whole_init) == 0)
		return 0;
	printf("%s: status %d, program %s, '%.2000s', init '%s'\n", describe(point, error),
		outcome->status,
		tracer.hung       ? "hung"
		: tracer.executed ? "ran"
				  : "did not run",
		first_difference(), tracer.owns);
	return 1;
}

void inject_everywhere(int error)
{
	size_t wrong = 0;

	tried = 0;
	assert_true(point_count > subject->fewest && point_count < MOST_POINTS);
	for (size_t i = 0; i < point_count; i++)
		if (confines(points[i].number))
			wrong += judge(&points[i], error);
	printf("%zu of %zu calls tried\n", tried, point_count);
	assert_int_equal(wrong, 0);
}
