/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/syscall.h>

#include "catalog/call.h"

static void every_name_and_number_stands_once(void **state)
{
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);

	(void)state;
	assert_true(count < 512); /* the size of the index */
	assert_null(catalog_call(""));
	assert_null(catalog_call("zzz"));
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(catalog_call(calls[i].name), &calls[i]);
		for (int arch = 0; arch < CATALOG_ARCH_COUNT; arch++)
			if (calls[i].number[arch] >= 0)
				assert_ptr_equal(
					catalog_call_number(arch, (uint32_t)calls[i].number[arch]),
					&calls[i]);
	}
}

/* The table has no hole: every number of x86-64 up to the newest is a call or in the gap
 * that Linux keeps for x32 and leaves free. */
static void no_number_of_x86_64_is_missing(void **state)
{
	(void)state;
	for (uint32_t number = 0; number <= catalog_newest(CATALOG_X86_64); number++) {
		const struct catalog_call *call = catalog_call_number(CATALOG_X86_64, number);

		if (number > 336 && number < 424)
			assert_null(call);
		else
			assert_non_null(call);
	}
	assert_true(catalog_newest(CATALOG_X86_64) >= 469);
}

static void numbers_agree_with_the_headers_of_this_machine(void **state)
{
	static const struct {
		const char *name;
		int number;
	} samples[] = {
		{"read", SYS_read},
		{"clone", SYS_clone},
		{"execveat", SYS_execveat},
		{"ptrace", SYS_ptrace},
		{"fchmodat", SYS_fchmodat},
		{"statx", SYS_statx},
		{"rseq", SYS_rseq},
		{"clone3", SYS_clone3},
		{"futex_waitv", SYS_futex_waitv},
		{"landlock_restrict_self", SYS_landlock_restrict_self},
		{"accept4", SYS_accept4},
		{"io_pgetevents", SYS_io_pgetevents},
		{"pidfd_getfd", SYS_pidfd_getfd},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_int_equal(catalog_call(samples[i].name)->number[catalog_native_arch()],
			samples[i].number);
}

static void what_attackers_need_is_never_innocent_and_in_no_group(void **state)
{
	static const char *const names[] = {"ptrace", "bpf", "mount", "umount2", "move_mount",
		"fsopen", "init_module", "finit_module", "delete_module", "kexec_load",
		"kexec_file_load", "keyctl", "add_key", "request_key", "unshare", "setns",
		"userfaultfd", "perf_event_open", "process_vm_readv", "pidfd_getfd"};
	size_t count;
	const struct catalog_group *groups = catalog_groups(&count);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(catalog_call(names[i])->never_innocent);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < groups[i].grant_count; j++)
			assert_false(catalog_call(groups[i].grants[j].call)->never_innocent);
	assert_false(catalog_call("read")->never_innocent);
}

static void groups_grant_known_calls_and_check_only_what_may_be_checked(void **state)
{
	size_t count;
	const struct catalog_group *groups = catalog_groups(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_null(catalog_call(groups[i].name));
		assert_null(strchr(groups[i].name, '@'));
		assert_ptr_equal(catalog_group(groups[i].name), &groups[i]);
		assert_true(strlen(groups[i].sentence) > 0);
		for (size_t j = 0; j < groups[i].grant_count; j++) {
			const struct catalog_grant *grant = &groups[i].grants[j];

			assert_non_null(catalog_call(grant->call));
			assert_true(catalog_call(grant->call)->implemented);
			if (grant->condition_count)
				assert_true(catalog_may_check(grant->call));
		}
	}
	assert_null(catalog_group("fork"));
}

/* MPTCP (262), raw and odd families must not slip through the masks of the conditions. */
static void internet_sockets_are_tcp_or_udp_only(void **state)
{
	const struct catalog_group *group = catalog_group("inet-stream-sockets");

	(void)state;
	for (uint32_t family = 0; family < 64; family++)
		for (uint32_t type = 0; type < 16; type++)
			for (uint32_t protocol = 0; protocol < 300; protocol++) {
				uint64_t arguments[3] = {family, type | 0x80800, protocol};
				bool allowed = false;

				for (size_t i = 0; i < group->grant_count; i++) {
					const struct catalog_grant *grant = &group->grants[i];
					bool holds = true;

					for (unsigned j = 0; j < grant->condition_count; j++)
						holds &= (arguments[grant->conditions[j].argument] &
								 grant->conditions[j].mask) ==
							 grant->conditions[j].value;
					allowed |= holds;
				}
				assert_int_equal(allowed, (family == 2 || family == 10) &&
								  type == 1 &&
								  (protocol == 0 || protocol == 6));
			}
}

static void a_call_that_an_architecture_lacks_has_its_successor_there(void **state)
{
	size_t count;
	const struct catalog_call *calls = catalog_calls(&count);

	(void)state;
	assert_string_equal(catalog_call_on(CATALOG_X86_64, "rename")->name, "rename");
	assert_string_equal(catalog_call_on(CATALOG_AARCH64, "rename")->name, "renameat");
	assert_string_equal(catalog_call_on(CATALOG_AARCH64, "read")->name, "read");
	assert_null(catalog_call_on(CATALOG_AARCH64, "arch_prctl"));
	assert_null(catalog_call_on(CATALOG_AARCH64, "fork"));
	assert_null(catalog_call_on(CATALOG_X86_64, "no call"));
	for (size_t i = 0; i < count; i++)
		for (int arch = 0; arch < CATALOG_ARCH_COUNT; arch++) {
			const struct catalog_call *call = catalog_call_on(arch, calls[i].name);

			assert_true(!call || call->number[arch] >= 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_and_number_stands_once),
		cmocka_unit_test(no_number_of_x86_64_is_missing),
		cmocka_unit_test(numbers_agree_with_the_headers_of_this_machine),
		cmocka_unit_test(what_attackers_need_is_never_innocent_and_in_no_group),
		cmocka_unit_test(groups_grant_known_calls_and_check_only_what_may_be_checked),
		cmocka_unit_test(internet_sockets_are_tcp_or_udp_only),
		cmocka_unit_test(a_call_that_an_architecture_lacks_has_its_successor_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
