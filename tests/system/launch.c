/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/launch.h"

static struct arena *arena;
static struct plan *plan;
static char folder[] = "/tmp/bulkhead-launch-XXXXXX";
static char output[1 << 16];

static void put(const char *name, const char *text, mode_t mode)
{
	const char *path = arena_printf(arena, "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	plan = launch_plan(arena, folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stack_kill(plan, "web", NULL);
	arena_free(arena);
	return 0;
}

static int run(const char *script)
{
	struct stack_launch_options options = launch_options();

	return launch_script(plan, &options, script, output, sizeof(output));
}

static void assert_says(const char *script, const char *wanted)
{
	run(script);
	if (!strstr(output, wanted))
		fail_msg("'%s' said '%s', wanted '%s'", script, output, wanted);
}

static void assert_refused(const char *script)
{
	if (run(script) <= 0)
		fail_msg("'%s' was let through: %s", script, output);
}

static void the_service_has_its_own_user_and_no_capabilities(void **state)
{
	(void)state;
	assert_says("id -u; id -g", "33\n33\n");
	assert_says("grep CapEff /proc/self/status", "0000000000000000");
	assert_says("grep CapBnd /proc/self/status", "0000000000000000");
	assert_says("grep NoNewPrivs /proc/self/status", "1");
	assert_says("grep Seccomp_filters /proc/self/status", "1");
}

static void it_is_alone_in_its_namespaces(void **state)
{
	(void)state;
	assert_says("echo $$; hostname; cat /proc/self/cgroup", "2\nweb\n");
	assert_non_null(strstr(output, "0::/\n"));
	assert_says("unshare -U true", "unshare failed");
	assert_says("cat /proc/net/dev | wc -l", "3"); /* two lines of header, and lo */
}

static void declared_folders_work_and_nothing_else_does(void **state)
{
	(void)state;
	assert_says("cat /srv/page/index", "hello");
	assert_refused("echo x > /srv/page/index");
	assert_says("echo x > /srv/data/made && cat /srv/data/made", "x");
	assert_says("echo x > /tmp/made && cat /tmp/made", "x");
	assert_refused("cat /etc/shadow");
	assert_says("cat /etc/passwd", "web:x:33");
	assert_refused("ls /root");
	assert_refused("echo x > /usr/x");
	assert_refused("echo x > /etc/passwd");
	assert_refused("cat /proc/sys/kernel/hostname");
	assert_says("cat /proc/meminfo", "MemTotal");
}

static void what_it_writes_cannot_be_executed(void **state)
{
	(void)state;
	assert_refused("cp /usr/bin/true /srv/data/t && chmod 755 /srv/data/t && /srv/data/t");
	assert_refused("cp /usr/bin/true /tmp/t && chmod 755 /tmp/t && /tmp/t");
	assert_int_equal(run("/usr/bin/true"), 0);
}

static void a_created_folder_belongs_to_the_service(void **state)
{
	struct stat status;

	(void)state;
	run("true");
	assert_int_equal(stat(arena_printf(arena, "%s/data", folder), &status), 0);
	assert_int_equal(status.st_uid, 33);
	assert_int_equal(status.st_gid, 33);
	assert_int_equal(status.st_mode & 07777, 0750);
}

/* Without `programs` the launch's exec, through secret addresses, is the only one ever. */
static void a_second_exec_is_refused(void **state)
{
	struct plan_service *service = launch_service(plan);

	(void)state;
	for (size_t i = 0; i < service->call_count; i++) {
		struct plan_call *call = &service->calls[i];

		if (call->number == SYS_execveat)
			call->launch_only = true;
		if (call->number == SYS_execve)
			*call = (struct plan_call){.name = "execve",
				.number = SYS_execve,
				.action = PLAN_REFUSE,
				.error = EPERM,
				.where = call->where};
	}
	/* Many times, as the addresses and their alignment are random. */
	for (int i = 0; i < 24; i++)
		assert_says("echo first; /usr/bin/id", "first\n");
	assert_null(strstr(output, "uid="));
	assert_int_equal(run("exit 5"), 5);
}

static void the_environment_is_built_from_nothing(void **state)
{
	struct plan_service *service = launch_service(plan);
	struct plan_secret secret = {.name = "KEY",
		.source = arena_printf(arena, "%s/key", folder),
		.as_environment = true};
	struct plan_variable variables[] = {{.name = "URL", .value = "db://${secret:KEY}@db"},
		{.name = "PATH", .value = "/usr/bin"}};

	(void)state;
	setenv("LEAKED", "caller", 1);
	service->secrets = &secret;
	service->secret_count = 1;
	service->environment = variables;
	service->environment_count = 2;
	assert_says("env", "URL=db://s3cret@db\n");
	assert_null(strstr(output, "LEAKED"));
}

static void add_node(struct plan_node node)
{
	struct plan_service *service = launch_service(plan);
	struct plan_node *added =
		arena_append(arena, &service->nodes, &service->node_count, sizeof(*added));
	struct plan_landlock *landlock = &service->landlock;
	struct plan_beneath *beneath =
		arena_append(arena, &landlock->beneath, &landlock->beneath_count, sizeof(*beneath));

	*added = node;
	*beneath = (struct plan_beneath){node.target, 1 << 2, node.where};
}

static void a_secret_is_a_file_that_only_it_reads(void **state)
{
	(void)state;
	add_node((struct plan_node){.kind = PLAN_SECRET,
		.target = "/run/secrets/KEY",
		.source = arena_printf(arena, "%s/key", folder),
		.mode = 0400,
		.uid = 33,
		.gid = 33,
		.read_only = true});
	assert_says("cat /run/secrets/KEY; stat -c %a:%u /run/secrets/KEY", "s3cret\n400:33\n");
	assert_refused("echo x > /run/secrets/KEY");
}

static void read_as_root_shows_roots_files_and_nothing_more(void **state)
{
	const char *key = arena_printf(arena, "%s/key", folder);

	(void)state;
	add_node((struct plan_node){.kind = PLAN_BIND,
		.target = "/srv/key",
		.source = key,
		.read_only = true,
		.as_root = true});
	if (run("cat /srv/key") < 0 && strstr(output, "Invalid argument")) {
		printf("SKIP: the file system of /tmp cannot be id-mapped\n");
		skip();
	}
	assert_non_null(strstr(output, "s3cret"));
	assert_refused("echo x > /srv/key");
	launch_service(plan)->nodes[launch_service(plan)->node_count - 1].as_root = false;
	assert_refused("cat /srv/key");
}

static void a_missing_source_ends_the_launch_with_its_line(void **state)
{
	(void)state;
	add_node((struct plan_node){.kind = PLAN_BIND,
		.target = "/srv/none",
		.source = "/srv/none-such",
		.where = {"launch.yaml", 42, 1}});
	assert_int_equal(run("true"), -1);
	assert_non_null(strstr(output, "launch.yaml:42: sources of the view: cannot open"));
	assert_int_equal(
		access(arena_printf(arena, "/sys/fs/cgroup/unified/bulkhead/%s", plan->stack),
			F_OK),
		-1);
}

static void a_link_in_a_folder_of_others_is_not_followed(void **state)
{
	const char *link = arena_printf(arena, "%s/data/link", folder);

	(void)state;
	run("true");
	unlink(link);
	assert_int_equal(symlink("/etc/shadow", link), 0);
	add_node((struct plan_node){.kind = PLAN_BIND,
		.target = "/srv/link",
		.source = link,
		.read_only = true,
		.where = {"launch.yaml", 43, 1}});
	assert_int_equal(run("cat /srv/link"), -1);
	assert_non_null(strstr(output, "launch.yaml:43"));
	unlink(link);
}

static void a_program_that_cannot_start_is_said(void **state)
{
	(void)state;
	launch_service(plan)->program = "/usr/bin/none-such";
	char *const command[] = {"/usr/bin/none-such", NULL};
	struct stack_launch_options options = launch_options();
	options.command = command;
	assert_int_equal(launch_script(plan, &options, "", output, sizeof(output)), -1);
	assert_non_null(strstr(output, "cannot execute /usr/bin/none-such"));
}

static void a_brought_file_runs(void **state)
{
	char *const command[] = {"/run/bring/true", NULL};
	struct stack_launch_options options = launch_options();

	(void)state;
	options.bring = "/usr/bin/true";
	options.command = command;
	assert_int_equal(launch_script(plan, &options, "", output, sizeof(output)), 0);
}

static void a_socket_of_the_caller_is_not_handed_on(void **state)
{
	char *const command[] = {"/usr/bin/sh", "-c",
		"test -p /proc/self/fd/0 && read line && echo got $line", NULL};
	struct stack_launch_options options = launch_options();
	int ends[2], kept = dup(0);

	(void)state;
	options.command = command;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[1], "word\n", 5), 5);
	dup2(ends[0], 0);
	launch_script(plan, &options, "", output, sizeof(output));
	dup2(kept, 0);
	assert_non_null(strstr(output, "got word"));
	close(kept);
	close(ends[0]);
	close(ends[1]);
}

/* An event counter, say: it is not known what a handle of the kernel's opens. */
static void a_handle_of_the_kernel_is_not_lent(void **state)
{
	int handle = eventfd(0, EFD_CLOEXEC), kept = dup(0);

	(void)state;
	assert_true(handle >= 0);
	dup2(handle, 0);
	assert_int_equal(run("true"), -1);
	dup2(kept, 0);
	assert_non_null(strstr(output, "standard descriptor 0 is a handle of the kernel's"));
	close(kept);
	close(handle);
}

static const char *read_text(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	close(fd);
	return text;
}

static void the_init_keeps_the_log_and_the_end(void **state)
{
	char *const command[] = {"/usr/bin/sh", "-c",
		"trap 'echo stopping; exit 7' TERM; echo out; echo err >&2;"
		" echo ready > /srv/data/ready; while :; do sleep 0.05; done",
		NULL};
	const char *log = arena_printf(arena, "%s/log", folder);
	const char *ready = arena_printf(arena, "%s/data/ready", folder);
	const char *record = arena_printf(arena, "%s/end", folder);
	struct stack_launch_options options = launch_options();
	struct stack_launched launched;
	struct fault why = {0};
	int status;

	(void)state;
	unlink(ready);
	mkdir(log, 0750);
	options.command = command;
	options.foreground = false;
	options.log_folder = open(log, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	options.exit_record = open(record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (stack_launch(plan, launch_service(plan), &options, &launched, &why) < 0)
		fail_msg("%s", why.text);
	assert_true(launched.service > 0);
	assert_int_not_equal(launched.service, launched.init);
	for (int i = 0; i < 200 && access(ready, F_OK) < 0; i++)
		usleep(10000);
	assert_int_equal(kill(launched.init, SIGTERM), 0);
	assert_int_equal(waitpid(launched.init, &status, 0), launched.init);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_string_equal(read_text(record), "exit 7\n");
	assert_string_equal(read_text(arena_printf(arena, "%s/log", log)), "out\nerr\nstopping\n");
	stack_launched_close(&launched);
	close(options.log_folder);
	close(options.exit_record);
}

static int open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void a_launch_leaks_no_descriptor(void **state)
{
	char *const command[] = {"/usr/bin/sh", "-c", "exit 0", NULL};
	struct stack_launch_options options = launch_options();
	struct stack_launched launched;
	int before = open_descriptors();

	(void)state;
	options.command = command;
	assert_int_equal(stack_launch(plan, launch_service(plan), &options, &launched, NULL), 0);
	assert_int_equal(open_descriptors(), before + 2);
	stack_launched_close(&launched);
	waitpid(launched.init, NULL, 0);
	add_node((struct plan_node){
		.kind = PLAN_BIND, .target = "/srv/none", .source = "/srv/none-such"});
	assert_true(stack_launch(plan, launch_service(plan), &options, &launched, NULL) < 0);
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_service_has_its_own_user_and_no_capabilities, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_alone_in_its_namespaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			declared_folders_work_and_nothing_else_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_it_writes_cannot_be_executed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_created_folder_belongs_to_the_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_second_exec_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_environment_is_built_from_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_secret_is_a_file_that_only_it_reads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			read_as_root_shows_roots_files_and_nothing_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_missing_source_ends_the_launch_with_its_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_link_in_a_folder_of_others_is_not_followed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_that_cannot_start_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_brought_file_runs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_socket_of_the_caller_is_not_handed_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_handle_of_the_kernel_is_not_lent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_init_keeps_the_log_and_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_launch_leaks_no_descriptor, set_up, tear_down),
	};

	int failed = launch_begin(folder);
	if (failed)
		return failed;
	arena = arena_new();
	put("page/index", "hello\n", 0644);
	put("key", "s3cret\n", 0600);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return failed;
}
