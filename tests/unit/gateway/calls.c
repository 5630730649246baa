/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The filters of gateway and outlet: what they need passes, nothing else does. */

#include <errno.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/call.h"
#include "gateway/calls.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

static const struct {
	const char *call;
	uint64_t arguments[6];
	uint32_t answer;
	bool to_show;   /* what shows a service its client: the outlet has no use for it */
	bool to_lead;   /* what leads out: the gateway has none for that */
	bool datagrams; /* what carries datagrams: others have none for that */
} rows[] = {
	{"accept4", {0}, SECCOMP_RET_ALLOW},
	{"connect", {0}, SECCOMP_RET_ALLOW},
	{"splice", {0}, SECCOMP_RET_ALLOW},
	{"socket", {AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, SECCOMP_RET_ALLOW},
	{"socket", {AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, SECCOMP_RET_ALLOW},
	{"socket", {AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 262}, REFUSED},
	{"socket", {AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, SECCOMP_RET_ALLOW,
		.datagrams = true},
	{"socket", {AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, SECCOMP_RET_ALLOW,
		.datagrams = true},
	{"socket", {AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP}, REFUSED},
	{"socket", {AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, REFUSED},
	{"socket", {AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, REFUSED},
	{"socket", {AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}, REFUSED},
	{"socket", {AF_PACKET, SOCK_RAW, 0}, REFUSED},
	{"setsockopt", {3, IPPROTO_IP, IP_TRANSPARENT}, SECCOMP_RET_ALLOW, true},
	{"bind", {0}, SECCOMP_RET_ALLOW, true},
	{"setsockopt", {3, IPPROTO_IP, IP_HDRINCL}, REFUSED},
	{"setsockopt", {3, SOL_SOCKET, SO_LINGER}, SECCOMP_RET_ALLOW},
	{"setsockopt", {3, SOL_SOCKET, SO_DETACH_FILTER}, REFUSED},
	{"setsockopt", {3, SOL_SOCKET, SO_MARK}, REFUSED},
	{"listen", {0}, REFUSED},
	{"sendto", {0}, REFUSED},
	{"sendmsg", {3, 0, MSG_DONTWAIT | MSG_NOSIGNAL}, SECCOMP_RET_ALLOW, .datagrams = true},
	{"sendmsg", {3, 0, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN}, REFUSED},
	{"sendmsg", {0}, REFUSED},
	{"sendmmsg", {0}, REFUSED},
	{"openat", {0}, REFUSED},
	{"execve", {0}, REFUSED},
	{"execveat", {0}, REFUSED},
	{"clone", {0}, REFUSED},
	{"ptrace", {0}, REFUSED},
	{"setns", {0}, REFUSED},
	{"unshare", {0}, REFUSED},
	{"mmap", {0}, REFUSED},
	{"kill", {0}, REFUSED},
	{"read", {0}, SECCOMP_RET_ALLOW, .to_lead = true},
	{"getsockname", {0}, SECCOMP_RET_ALLOW, .to_lead = true},
	{"recvfrom", {0}, SECCOMP_RET_ALLOW, .to_lead = true},
	{"recvmsg", {0}, SECCOMP_RET_ALLOW, .datagrams = true},
	{"getpeername", {0}, REFUSED},
};

static void judge(const struct enforce_own *own, size_t count)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_filter filter;
	struct fault why;

	assert_int_equal(
		plan_seccomp(enforce_own_service(own, arena), NULL, EPERM, arena, &filter, &why),
		0);
	for (size_t i = 0; i < count; i++) {
		const struct catalog_call *call = catalog_call(rows[i].call);
		enum catalog_arch arch = catalog_native_arch();
		const bool outlet = own == &outlet_own || own == &outlet_datagrams_own;
		const bool carries = own == &gateway_datagrams_own || own == &outlet_datagrams_own;
		const bool others = (outlet ? rows[i].to_show : rows[i].to_lead) ||
				    (rows[i].datagrams && !carries);
		uint32_t answer = others ? REFUSED : rows[i].answer;

		assert_non_null(call);
		if (plan_simulate(&filter, catalog_audit_arch(arch), (uint32_t)call->number[arch],
			    rows[i].arguments) != answer)
			fail_msg("%s: %s, row %zu", own->name, rows[i].call, i);
	}
}

static void only_what_they_need_passes(void **state)
{
	(void)state;
	judge(&gateway_own, sizeof(rows) / sizeof(rows[0]));
	judge(&outlet_own, sizeof(rows) / sizeof(rows[0]));
	judge(&gateway_datagrams_own, sizeof(rows) / sizeof(rows[0]));
	judge(&outlet_datagrams_own, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_they_need_passes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
