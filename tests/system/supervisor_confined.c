/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a supervisor that was taken over could do: ask the launcher, and little else. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/landlock_abi.h"
#include "enforce/network.h"
#include "gateway/door.h"
#include "gateway/listener.h"
#include "in_child.h"
#include "plan/plan.h"
#include "stack/privilege.h"
#include "system/network_peer.h"
#include "system/network_stack.h"

#define STREAM (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

enum { ELSEWHERE = 6553, LONGEST_LOG = 64 * 1024 * 1024 };

static struct plan plan;
static struct fault why;

static int build(void **state)
{
	(void)state;
	plan = network_plan;
	plan.network.supervisor_id = 1900000003;
	return network_stack_build_of(&plan);
}

static int confine(void)
{
	if (!stack_confine_supervisor(&plan, router.network, EPERM, &why))
		return 0;
	fprintf(stderr, "%s\n", why.text);
	return -1;
}

static int attempt_calls(void *context)
{
	int pair[2];

	(void)context;
	if (confine())
		return 100;
	if (open("/etc/passwd", O_RDONLY) >= 0 || open("/", O_RDONLY) >= 0)
		return 1;
	if (fork() >= 0 || execl("/bin/true", "true", NULL) == 0)
		return 2;
	if (setuid(0) == 0 || unshare(CLONE_NEWNS) == 0 || kill(1, 0) == 0)
		return 3;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
		socket(AF_INET, SOCK_DGRAM, 0) >= 0 || socketpair(AF_UNIX, STREAM, 0, pair) == 0)
		return 4;
	int fd = socket(AF_INET, STREAM, 0);
	if (fd < 0 || listen(fd, 1) == 0)
		return 5;
	return 0;
}

static void no_call_but_its_own_is_made(void **state)
{
	(void)state;
	assert_int_equal(in_child(attempt_calls, NULL), 0);
}

/* Landlock knows the ports of TCP, and asks when one connects: other streams go past it, and so
 * does what connects by sending. */
static int attempt_other_ports(void *context)
{
	union gateway_address to;
	socklen_t length = gateway_address_set(&to, context, ELSEWHERE);
	int family = to.any.sa_family;

	if (confine())
		return 100;
	if (socket(family, STREAM, IPPROTO_MPTCP) >= 0 || errno != EPERM)
		return 1;
	if (socket(family, STREAM, IPPROTO_SCTP) >= 0 || errno != EPERM)
		return 2;
	int fd = socket(family, STREAM, 0);
	if (fd < 0)
		return 3;
	if (sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, &to.any, length) >= 0 || errno != EPERM)
		return 4;
	struct iovec part = {"x", 1};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = 1};
	if (sendmsg(fd, &message, MSG_FASTOPEN | MSG_NOSIGNAL) >= 0 || errno != EPERM)
		return 5;
	if (landlock_abi() >= 4 && (connect(fd, &to.any, length) == 0 || errno != EACCES))
		return 6;
	return 0;
}

static void no_other_port_is_tried(void **state)
{
	(void)state;
	assert_int_equal(in_child(attempt_other_ports, "198.18.4.1"), 0);
	assert_int_equal(in_child(attempt_other_ports, "fd62:6b68::1"), 0);
}

static int fill_log(void *context)
{
	int log = *(int *)context;

	if (confine())
		return 100;
	if (write(log, "a line\n", 7) != 7)
		return 1;
	if (lseek(log, LONGEST_LOG - 1, SEEK_SET) < 0 || write(log, "xx", 2) != 1)
		return 2;
	return write(log, "x", 1) < 0 && errno == EFBIG ? 0 : 3;
}

static void its_log_does_not_fill_the_disk(void **state)
{
	FILE *file = tmpfile();
	int log = file ? fileno(file) : -1;

	(void)state;
	assert_true(log >= 0);
	assert_int_equal(in_child(fill_log, &log), 0);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_call_but_its_own_is_made),
		cmocka_unit_test(no_other_port_is_tried),
		cmocka_unit_test(its_log_does_not_fill_the_disk),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the supervisor's filter refuses");
	return 77;
#endif
	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, build, network_stack_take_down);
}
