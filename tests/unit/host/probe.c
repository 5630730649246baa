/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/record.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/host.h"
#include "in_child.h"
#include "scratch.h"

static const enum host_feature root_only[] = {
	HOST_USER_NAMESPACE, HOST_IDMAPPED_MOUNTS, HOST_CGROUP2, HOST_MEMFD_NOEXEC, HOST_BPF_LSM};

/* 0 when nothing that needs root was answered with yes. */
static int probe_as_nobody(void *context)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)context;
	if (geteuid() == 0 &&
		(setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0))
		return 99;
	const struct host *host = host_probe(arena, HOST_ALL_FEATURES);
	for (size_t i = 0; i < sizeof(root_only) / sizeof(root_only[0]); i++)
		if (host->features[root_only[i]].state == HOST_YES)
			return 1;
	return host_has(host, HOST_SECCOMP) ? 0 : 2;
}

static void what_needs_root_is_never_a_yes_without_it(void **state)
{
	(void)state;
	assert_int_equal(in_child(probe_as_nobody, NULL), 0);
}

static void every_feature_says_what_it_is_and_how_to_get_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOST_FEATURE_COUNT; i++) {
		assert_non_null(host_features[i].name);
		assert_non_null(host_features[i].what);
		assert_non_null(host_features[i].without);
		assert_non_null(host_features[i].get);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(host_features[i].name, host_features[j].name);
	}
}

static void only_what_is_asked_for_is_tried(void **state)
{
	scoped(arena) struct arena *arena = arena_new();

	(void)state;
	const struct host *host = host_probe(arena, HOST_FEATURE_BIT(HOST_SECCOMP));
	assert_int_equal(host->feature_count, HOST_FEATURE_COUNT);
	assert_int_equal(host->features[HOST_SECCOMP].state, HOST_YES);
	for (size_t i = 0; i < HOST_FEATURE_COUNT; i++)
		if (i != HOST_SECCOMP)
			assert_int_equal(host->features[i].state, HOST_NOT_TRIED);
	assert_false(host_has(host, HOST_NAMESPACES));
}

static void probing_leaves_nothing_behind(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	char pattern[256];
	glob_t found;

	(void)state;
	const struct host *host = host_probe(arena, HOST_ALL_FEATURES);
	if (!host->cgroup2)
		skip();
	snprintf(pattern, sizeof(pattern), "%s/bulkhead-try-%d", host->cgroup2, (int)getpid());
	assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void what_a_killed_probe_left_is_swept_away(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	char path[256];

	(void)state;
	const struct host *host = host_probe(arena, HOST_FEATURE_BIT(HOST_SECCOMP));
	if (!host->cgroup2)
		skip();
	pid_t gone = fork();
	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	snprintf(path, sizeof(path), "%s/bulkhead-try-%d", host->cgroup2, (int)gone);
	if (mkdir(path, 0755) < 0)
		skip();
	host_probe(arena, HOST_FEATURE_BIT(HOST_CGROUP2));
	assert_int_equal(access(path, F_OK), -1);
}

static void the_facts_are_those_of_this_machine(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct utsname name;
	bool self = false;

	(void)state;
	uname(&name);
	const struct host *host = host_probe(arena, 0);
	assert_string_equal(host->kernel, name.release);
	assert_true(host->last_capability >= 40 && host->last_capability < 64);
	for (size_t i = 0; i < host->proc_entry_count; i++)
		self |= text_equal(host->proc_entries[i], "self");
	assert_true(self);
}

/* Write @host changed by the caller, and read it back. */
static int read_back(const struct host *host, const char *from, const char *to, struct host **read,
	struct arena *arena, struct fault *why)
{
	scoped(memory) char *text = record_write(&host_record, host);
	char *at = from ? strstr(text, from) : NULL;

	if (at)
		memcpy(at, to, strlen(to));
	return host_read(scratch_text("host.json", text, 0644), arena, read, why);
}

static void a_description_reads_back_to_the_same_bytes(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct host_question question = {.kind = HOST_ASK_PROGRAM, .name = "/bin/sh"};
	struct fault why = {0};
	struct host *again;

	(void)state;
	struct host *host = host_probe(arena, HOST_FEATURE_BIT(HOST_LANDLOCK));
	host_answer(host, &question, 1, arena);
	assert_int_equal(read_back(host, NULL, NULL, &again, arena, &why), 0);
	scoped(memory) char *first = record_write(&host_record, host);
	scoped(memory) char *second = record_write(&host_record, again);
	assert_string_equal(first, second);
}

static void another_version_or_shape_is_refused(void **state)
{
	scoped(arena) struct arena *arena = arena_new();
	struct fault why = {0};
	struct host *again;

	(void)state;
	struct host *host = host_probe(arena, 0);
	assert_true(read_back(host, "\"version\": 1", "\"version\": 9", &again, arena, &why) < 0);
	assert_int_equal(why.kind, FAULT_UNSUPPORTED);
	assert_true(read_back(host, "\"kernel\"", "\"colour\"", &again, arena, &why) < 0);
	assert_int_equal(why.kind, FAULT_USAGE);
	assert_true(read_back(host, "\"openat2\"", "\"openat3\"", &again, arena, &why) < 0);
	assert_true(host_read("/no/such/file", arena, &again, &why) < 0);
	host->feature_count--;
	assert_true(read_back(host, NULL, NULL, &again, arena, &why) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_needs_root_is_never_a_yes_without_it),
		cmocka_unit_test(every_feature_says_what_it_is_and_how_to_get_it),
		cmocka_unit_test(only_what_is_asked_for_is_tried),
		cmocka_unit_test(probing_leaves_nothing_behind),
		cmocka_unit_test(what_a_killed_probe_left_is_swept_away),
		cmocka_unit_test(the_facts_are_those_of_this_machine),
		cmocka_unit_test(a_description_reads_back_to_the_same_bytes),
		cmocka_unit_test(another_version_or_shape_is_refused),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
