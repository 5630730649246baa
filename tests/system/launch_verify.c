/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "enforce/cgroup.h"
#include "enforce/verify.h"
#include "in_child.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/launch.h"

static struct arena *arena;
static struct plan *plan;
static struct stack_launched launched;
static char folder[] = "/tmp/bulkhead-verify-XXXXXX";

static int start(unsigned without)
{
	static char *const command[] = {"/usr/bin/sh", "-c", "while :; do sleep 1; done", NULL};
	struct stack_launch_options options = launch_options();
	struct fault why = {0};

	arena = arena_new();
	plan = launch_plan(arena, folder);
	options.command = command;
	options.without = without;
	int error = stack_launch(plan, launch_service(plan), &options, &launched, &why);
	if (error < 0)
		printf("%s\n", why.text);
	return error;
}

static int set_up(void **state)
{
	(void)state;
	return start(0);
}

static int tear_down(void **state)
{
	(void)state;
	kill(launched.init, SIGKILL);
	waitpid(launched.init, NULL, 0);
	stack_launched_close(&launched);
	int error = stack_kill(plan, "web", NULL);
	arena_free(arena);
	return error;
}

static struct enforce_verdict verdict_of(enum layer layer)
{
	struct enforce_verdict verdicts[LAYER_COUNT];
	int count = enforce_verify(
		plan, launch_service(plan), launched.init, launched.service, verdicts);

	for (int i = 0; i < count; i++)
		if (verdicts[i].layer == layer)
			return verdicts[i];
	fail_msg("layer %s has no verdict", catalog_layer_names[layer]);
	return verdicts[0];
}

static void assert_weaker(enum layer layer, const char *words)
{
	struct enforce_verdict verdict = verdict_of(layer);

	if (verdict.state != ENFORCE_WEAKER || !strstr(verdict.text, words))
		fail_msg("%s is %d: %s", catalog_layer_names[layer], (int)verdict.state,
			verdict.text);
}

static void every_layer_is_enforced_after_a_launch(void **state)
{
	struct enforce_verdict verdicts[LAYER_COUNT];
	int count = enforce_verify(
		plan, launch_service(plan), launched.init, launched.service, verdicts);

	(void)state;
	assert_int_equal(count, launch_service(plan)->mdwe ? 10 : 9);
	for (int i = 0; i < count; i++)
		if (verdicts[i].state > ENFORCE_RECORDED)
			fail_msg("%s is %d: %s", catalog_layer_names[verdicts[i].layer],
				(int)verdicts[i].state, verdicts[i].text);
}

static int enter(const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)launched.init, kind);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : setns(fd, 0);
}

static int remount(void *target)
{
	if (enter("mnt") < 0)
		return 1;
	return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		       NULL) < 0;
}

static void a_folder_remounted_behind_our_back_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(remount, "/srv/page"), 0);
	assert_weaker(LAYER_VIEW, "/srv/page has lost 'ro'");
	assert_int_equal(verdict_of(LAYER_VIEW).where.line, 7);
}

static int add_mount(void *target)
{
	return enter("mnt") < 0 || mount("tmpfs", target, "tmpfs", 0, NULL) < 0;
}

static void a_mount_added_behind_our_back_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(add_mount, "/srv"), 0);
	assert_weaker(LAYER_VIEW, "/srv is mounted");
}

static int remove_mount(void *target)
{
	return enter("mnt") < 0 || umount2(target, MNT_DETACH) < 0;
}

static void a_mask_taken_off_behind_our_back_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(remove_mount, "/proc/sys"), 0);
	assert_weaker(LAYER_VIEW, "/proc/sys is not mounted");
}

static int raise_limit(void *file)
{
	if (enter("user") < 0)
		return 1;
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, "5", 1) != 1;
}

static void a_raised_namespace_limit_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(raise_limit, "/proc/sys/user/max_user_namespaces"), 0);
	assert_weaker(LAYER_NAMESPACES, "max_user_namespaces inside is 5");
}

static void what_no_kernel_shows_is_recorded_and_nothing_else(void **state)
{
	struct enforce_verdict verdicts[LAYER_COUNT];
	int recorded = 0, count = enforce_verify(plan, launch_service(plan), launched.init,
				  launched.service, verdicts);

	(void)state;
	assert_int_equal(verdict_of(LAYER_LANDLOCK).state, ENFORCE_RECORDED);
	for (int i = 0; i < count; i++)
		recorded += verdicts[i].state == ENFORCE_RECORDED;
	assert_int_equal(recorded, 1 + launch_service(plan)->mdwe);
}

static void a_raised_limit_of_the_user_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(LAYER_RESOURCES).state, ENFORCE_ENFORCED);
	launch_service(plan)->user_limits[0].value = 4;
	assert_int_equal(in_child(raise_limit, "/proc/sys/user/max_inotify_instances"), 0);
	assert_weaker(LAYER_RESOURCES, "max_inotify_instances inside is above the planned 4");
}

static int raise_pending(void *unused)
{
	const struct rlimit more = {1025, 1025};

	(void)unused;
	return prlimit(launched.service, RLIMIT_SIGPENDING, &more, NULL) < 0;
}

static void a_raised_limit_of_the_process_is_weaker(void **state)
{
	(void)state;
	/* Raising takes CAP_SYS_RESOURCE, which root in a container may lack. */
	if (in_child(raise_pending, NULL) != 0)
		for (size_t i = 0; i < launch_service(plan)->rlimit_count; i++)
			if (launch_service(plan)->rlimits[i].resource == RLIMIT_SIGPENDING)
				launch_service(plan)->rlimits[i].value = 1023;
	assert_weaker(LAYER_RESOURCES, "limit sigpending is above the planned");
}

static int leave_cgroup(void *unused)
{
	int fd = open("/sys/fs/cgroup/unified/cgroup.procs", O_WRONLY | O_CLOEXEC);

	(void)unused;
	if (fd < 0)
		fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
	return dprintf(fd, "%d", (int)launched.service) < 0;
}

static void a_process_moved_out_of_its_cgroup_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(leave_cgroup, NULL), 0);
	assert_weaker(LAYER_RESOURCES, "left its cgroup");
}

static int detach_program(void *unused)
{
	char path[128];
	const char *root = enforce_cgroup_root();

	(void)unused;
	snprintf(path, sizeof(path), "%s/bulkhead/%s/web", root ? root : "", plan->stack);
	union bpf_attr attributes = {
		.target_fd = (uint32_t)open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.attach_type = BPF_CGROUP_INET6_POST_BIND,
	};
	return syscall(SYS_bpf, BPF_PROG_DETACH, &attributes, sizeof(attributes)) < 0;
}

static void a_program_for_ports_taken_off_is_weaker(void **state)
{
	(void)state;
	assert_int_equal(in_child(detach_program, NULL), 0);
	assert_weaker(LAYER_LABELS, "does not run the planned program");
}

static void a_second_launch_is_refused_and_the_first_goes_on(void **state)
{
	static char *const command[] = {"/usr/bin/sh", "-c", "exit 0", NULL};
	struct stack_launch_options options = launch_options();
	struct stack_launched second;
	struct fault why;

	(void)state;
	options.command = command;
	assert_int_equal(stack_launch(plan, launch_service(plan), &options, &second, &why), -EBUSY);
	assert_non_null(strstr(why.text, "runs already"));
	assert_int_equal(kill(launched.service, 0), 0);
	assert_int_equal(verdict_of(LAYER_IDENTITY).state, ENFORCE_ENFORCED);
}

static void the_init_is_confined_too(void **state)
{
	struct enforce_facts facts;

	(void)state;
	assert_int_equal(enforce_facts(launched.init, &facts), 0);
	assert_int_equal(facts.uid, 1900000001);
	assert_int_equal(facts.capabilities, 1 << 5); /* CAP_KILL */
	assert_true(facts.no_new_privileges);
	assert_int_equal(facts.filters, 1);
	assert_true(facts.own_user && facts.own_pid && facts.own_mount && facts.own_network);
	assert_int_equal(enforce_facts(getpid(), &facts), 0);
	assert_int_equal(facts.filters, 0);
	assert_false(facts.own_user || facts.own_pid || facts.own_mount || facts.own_network);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_layer_is_enforced_after_a_launch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_folder_remounted_behind_our_back_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_mount_added_behind_our_back_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_mask_taken_off_behind_our_back_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_raised_namespace_limit_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_no_kernel_shows_is_recorded_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_raised_limit_of_the_user_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_raised_limit_of_the_process_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_process_moved_out_of_its_cgroup_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_program_for_ports_taken_off_is_weaker, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_second_launch_is_refused_and_the_first_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_init_is_confined_too, set_up, tear_down),
	};

	int failed = launch_begin(folder);
	if (failed)
		return failed;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	launch_end(folder);
	return failed;
}
