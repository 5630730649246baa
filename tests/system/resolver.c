/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The resolver as a process: what dig(1) in the networks of services hears from it. */

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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fault.h"
#include "enforce/landlock_abi.h"
#include "enforce/network.h"
#include "gateway/address.h"
#include "gateway/opening.h"
#include "gateway/resolver_config.h"
#include "gateway/resolver_process.h"
#include "gateway/resolver_serve.h"
#include "in_child.h"
#include "system/network_peer.h"
#include "system/network_stack.h"
#include "system/resolver_upstream.h"
#include "unit/gateway/message.h"

#define ROUTER4 "198.18.4.1"
#define ROUTER6 "fd62:6b68::1"

enum { EDGE = 7, RESOLVER_ID = 1900000001 /* that the router's user namespace has */ };

static pid_t resolver, upstream, launcher;
static int resolver_pidfd = -1, questions = -1;
static struct fault why;
/* What the launcher was asked. */
static struct openings {
	size_t count;
	struct gateway_opening all[256];
} * openings;

static const struct gateway_resolver_name names[] = {
	{"api.example.com", EDGE},
	{"many.example.com", EDGE},
	{"big.example.com", EDGE},
	{"alias.example.com", EDGE},
	{"trap.example.com", EDGE},
	{"silent.example.com", EDGE},
	{"*.wild.example.com", EDGE},
	{"refused.example.com", EDGE},
};
static const struct gateway_resolver_service services[] = {
	{.name = "web",
		.has4 = true,
		.has6 = true,
		.address4 = {198, 18, 4, 2},
		.address6 = {0xfd, 0x62, 0x6b, 0x68, [15] = 2},
		.names = names,
		.name_count = sizeof(names) / sizeof(names[0])},
	{.name = "api", .has4 = true, .address4 = {198, 18, 4, 3}},
};
static struct gateway_resolver_upstream upstreams[2], nobody;
static struct prefix refused[2];
static struct gateway_resolver_config config = {.services = services,
	.service_count = 2,
	.upstreams = upstreams,
	.upstream_count = 2,
	.refused = refused,
	.refused_count = 2,
	.id = RESOLVER_ID};

static struct gateway_resolver_upstream address_of(const char *text)
{
	struct gateway_resolver_upstream address;

	address.length = gateway_address_set(&address.address, text, 53);
	return address;
}

static pid_t launch_opener(int channel)
{
	pid_t pid = fork();
	struct gateway_opening opening;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(channel, &opening, sizeof(opening)) == (ssize_t)sizeof(opening)) {
		const struct gateway_opened opened = {.number = opening.number};

		if (openings->count < 256)
			openings->all[openings->count++] = opening;
		if (write(channel, &opened, sizeof(opened)) != (ssize_t)sizeof(opened))
			break;
	}
	_exit(0);
}

static int fill_config(void)
{
	/* Of the servers the first is not there. */
	upstreams[0] = address_of("127.0.0.54");
	upstreams[1] = address_of("127.0.0.53");
	config.listen4 = address_of(ROUTER4);
	config.listen6 = address_of(ROUTER6);
	return prefix_parse("169.254.0.0/16", 14, &refused[0]) &&
			       prefix_parse("fd00:ec2::254", 13, &refused[1])
		       ? 0
		       : -1;
}

static int build(void **state)
{
	int counter[2], channel[2];

	(void)state;
	openings = mmap(
		NULL, sizeof(*openings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (openings == MAP_FAILED || network_stack_build(NULL) || fill_config() ||
		pipe2(counter, O_CLOEXEC | O_NONBLOCK) < 0)
		return fprintf(stderr, "a stack\n");
	/* What may be asked is another test's. */
	if (network_stack_load(router.network, "flush ruleset") ||
		network_stack_load(networks[WEB], "flush ruleset") ||
		network_stack_load(networks[API], "flush ruleset"))
		return fprintf(stderr, "tables\n");
	questions = counter[0];
	upstream = resolver_upstream("127.0.0.53", counter[1]);
	close(counter[1]);
	/* Later than the server, which would keep both ends open. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0)
		return fprintf(stderr, "a channel\n");
	struct gateway_resolver_sockets sockets = {.launcher = channel[1]};
	if (gateway_resolver_sockets(&config, router.network, &sockets, &why) ||
		gateway_resolver_start(
			&config, &router, -1, &sockets, &resolver, &resolver_pidfd, &why))
		return fprintf(stderr, "resolver: %s\n", why.text);
	gateway_resolver_sockets_close(&sockets);
	close(channel[1]);
	launcher = launch_opener(channel[0]);
	close(channel[0]);
	return upstream > 0 && launcher > 0 ? 0 : fprintf(stderr, "servers\n");
}

static int take_down(void **state)
{
	(void)state;
	peer_stop(resolver);
	peer_stop(upstream);
	close(resolver_pidfd);
	close(questions);
	network_stack_take_down(NULL);
	return 0;
}

/* What dig prints when it asks from a service's network. */
static char said[16384];
static void dig(int service, const char *arguments)
{
	int output[2];
	size_t used = 0;
	ssize_t got;

	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char command[512];

		if (setns(networks[service], CLONE_NEWNET) < 0 || dup2(output[1], 1) < 0)
			_exit(126);
		snprintf(command, sizeof(command), "exec dig +tries=1 +time=8 +nocookie %s",
			arguments);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(output[1]);
	while (used < sizeof(said) - 1 &&
		(got = read(output[0], said + used, sizeof(said) - 1 - used)) > 0)
		used += (size_t)got;
	said[used] = '\0';
	close(output[0]);
	waitpid(pid, NULL, 0);
}

static void expect(const char *text)
{
	if (!strstr(said, text))
		print_error("'%s' is not in: %s\n", text, said);
	assert_non_null(strstr(said, text));
}

static int count_of(const char *text)
{
	int count = 0;

	for (const char *next = said; (next = strstr(next, text)); next++)
		count++;
	return count;
}

/* How many questions upstream had since it was asked. */
static int asked_upstream(void)
{
	char bytes[256];
	ssize_t got = read(questions, bytes, sizeof(bytes));

	return got > 0 ? (int)got : 0;
}

static void declared_names_are_answered_and_opened(void **state)
{
	(void)state;
	asked_upstream();
	dig(WEB, "@" ROUTER4 " api.example.com A");
	expect("status: NOERROR");
	expect("203.0.113.5");
	assert_int_equal(openings->count, 1);
	assert_int_equal(openings->all[0].edge, EDGE);
	assert_int_equal(openings->all[0].family, 4);
	assert_memory_equal(openings->all[0].bytes, ((unsigned char[16]){203, 0, 113, 5}), 16);
	dig(WEB, "@" ROUTER6 " api.example.com AAAA");
	expect("2001:db8::5");
	assert_int_equal(openings->count, 2);
	assert_int_equal(openings->all[1].family, 6);
	assert_int_equal(asked_upstream(), 2);
	/* From what is known, in any letters, by TCP as well. */
	dig(WEB, "@" ROUTER4 " API.Example.COM A +tcp");
	expect("API.Example.COM.");
	expect("203.0.113.5");
	dig(WEB, "@" ROUTER6 " api.example.com A +tcp +keepopen");
	expect("203.0.113.5");
	assert_int_equal(openings->count, 2);
	assert_int_equal(asked_upstream(), 0);
}

static void names_that_are_not_declared_are_refused(void **state)
{
	(void)state;
	asked_upstream();
	dig(WEB, "@" ROUTER4 " secret.evil.test A");
	expect("status: REFUSED");
	dig(WEB, "@" ROUTER4 " secret.evil.test TXT +tcp");
	expect("status: REFUSED");
	dig(WEB, "@" ROUTER4 " -x 203.0.113.5");
	expect("status: REFUSED");
	dig(WEB, "@" ROUTER4 " a.b.wild.example.com");
	expect("status: REFUSED");
	/* Another service has names of its own. */
	dig(API, "@" ROUTER4 " api.example.com A");
	expect("status: REFUSED");
	assert_int_equal(asked_upstream(), 0);
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	dig(WEB, "@" ROUTER4 " none.wild.example.com A");
	expect("status: NXDOMAIN");
	dig(WEB, "@" ROUTER4 " api.example.com HTTPS");
	expect("status: NOERROR");
	expect("ANSWER: 0");
	dig(WEB, "@" ROUTER4 " trap.example.com A");
	expect("status: NOERROR");
	expect("ANSWER: 0");
}

static void a_chain_is_answered_whole(void **state)
{
	(void)state;
	dig(WEB, "@" ROUTER4 " alias.example.com A");
	expect("CNAME\ttarget.elsewhere.test.");
	expect("203.0.113.9");
}

static void long_answers_are_cut_or_come_by_tcp(void **state)
{
	(void)state;
	dig(WEB, "@" ROUTER4 " many.example.com A +bufsize=1232");
	assert_int_equal(count_of("203.0.113."), 40);
	dig(WEB, "@" ROUTER4 " many.example.com A +bufsize=512 +ignore");
	expect("flags: qr tc rd ra");
	expect("ANSWER: 0");
	dig(WEB, "@" ROUTER4 " many.example.com A +bufsize=512");
	expect("retrying in TCP mode");
	assert_int_equal(count_of("203.0.113."), 40);
	dig(WEB, "@" ROUTER4 " many.example.com A +noedns +ignore");
	expect("flags: qr tc rd ra");
	/* And upstream is asked by TCP for what it cuts. */
	dig(WEB, "@" ROUTER4 " big.example.com A +tcp");
	assert_int_equal(count_of("203.0.113."), 60);
}

/* A connection of a service to the resolver; for who is in its network. */
static int call(void)
{
	const struct gateway_resolver_upstream to = address_of(ROUTER4);
	const struct timeval patience = {.tv_sec = 5};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		connect(fd, &to.address.any, to.length) < 0)
		return -1;
	return fd;
}

/* Write the question with its length before it, @more than it has. */
static size_t put_question(unsigned char *bytes, uint16_t id, const char *name, size_t more)
{
	static struct message message;

	message_begin(&message, id, MESSAGE_FLAGS_QUERY, name, TYPE_A);
	bytes[0] = (unsigned char)((message.length + more) >> 8);
	bytes[1] = (unsigned char)(message.length + more);
	memcpy(bytes + 2, message.bytes, message.length);
	return 2 + message.length;
}

/* The answer with this id has come, with an address. */
static bool take_answer(int fd, uint16_t id)
{
	static struct seen seen;
	unsigned char bytes[4096];

	if (recv(fd, bytes, 2, MSG_WAITALL) != 2)
		return false;
	const size_t length = (size_t)bytes[0] << 8 | bytes[1];
	return length <= sizeof(bytes) && recv(fd, bytes, length, MSG_WAITALL) == (ssize_t)length &&
	       message_read(bytes, length, &seen) && seen.id == id && seen.counts[ANSWER] == 1;
}

static bool is_ended(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, 0);

	return got == 0 || (got < 0 && errno == ECONNRESET);
}

enum { CALLS = 16 /* that one service may have */ };

static int call_in_odd_ways(void *context)
{
	unsigned char bytes[8192];
	size_t length = 0;
	int fds[CALLS];

	(void)context;
	if (setns(networks[WEB], CLONE_NEWNET) < 0 || (fds[0] = call()) < 0)
		return 1;
	/* Three questions at once, then one in pieces. */
	for (uint16_t id = 1; id <= 3; id++)
		length += put_question(bytes + length, id, "api.example.com", 0);
	if (write(fds[0], bytes, length) != (ssize_t)length || !take_answer(fds[0], 1) ||
		!take_answer(fds[0], 2) || !take_answer(fds[0], 3))
		return 2;
	length = put_question(bytes, 4, "api.example.com", 0);
	for (size_t i = 0; i < length; i++)
		if (send(fds[0], bytes + i, 1, 0) != 1)
			return 3;
	if (!take_answer(fds[0], 4))
		return 3;
	/* Others than these many are ended, and take nothing from those that are there. */
	for (int i = 1; i < CALLS; i++)
		if ((fds[i] = call()) < 0)
			return 4;
	if (!is_ended(call()))
		return 5;
	/* So is who sends what is no question, or too much of it. */
	length = put_question(bytes, 5, "api.example.com", 4000);
	if (write(fds[1], bytes, length) < 0 || !is_ended(fds[1]))
		return 6;
	if (write(fds[2], "\0\3abc", 5) != 5 || !is_ended(fds[2]))
		return 7;
	/* Who leaves while his question is asked hurts nobody. */
	length = put_question(bytes, 6, "slow.wild.example.com", 0);
	if (write(fds[3], bytes, length) != (ssize_t)length || close(fds[3]) < 0)
		return 8;
	length = put_question(bytes, 7, "api.example.com", 0);
	return write(fds[4], bytes, length) == (ssize_t)length && take_answer(fds[4], 7) ? 0 : 9;
}

static void connections_may_be_odd(void **state)
{
	(void)state;
	assert_int_equal(in_child(call_in_odd_ways, NULL), 0);
	dig(WEB, "@" ROUTER4 " api.example.com A +tcp");
	expect("203.0.113.5");
}

/* What is no message, many times over, leaves it as it was. */
static int send_rubbish(void *context)
{
	const struct gateway_resolver_upstream to = address_of(ROUTER4);
	unsigned char bytes[600];
	unsigned state = 12345;

	(void)context;
	int fd = setns(networks[WEB], CLONE_NEWNET) < 0 ? -1 : socket(AF_INET, SOCK_DGRAM, 0);
	for (int i = 0; fd >= 0 && i < 20000; i++) {
		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = (unsigned char)((state = state * 1103515245 + 12345) >> 16);
		if (i % 2)
			memset(bytes + 2, 0, 10), bytes[5] = 1;
		if (sendto(fd, bytes, (size_t)i % sizeof(bytes), MSG_DONTWAIT, &to.address.any,
			    to.length) < 0 &&
			errno != EAGAIN && errno != ENOBUFS)
			return 1;
	}
	return fd < 0;
}

static void rubbish_is_survived(void **state)
{
	(void)state;
	assert_int_equal(in_child(send_rubbish, NULL), 0);
	usleep(300000);
	dig(WEB, "@" ROUTER4 " api.example.com A");
	expect("203.0.113.5");
}

static void silence_ends_as_a_failure(void **state)
{
	int64_t start = clock_milliseconds();

	(void)state;
	dig(WEB, "@" ROUTER4 " silent.example.com A");
	expect("status: SERVFAIL");
	assert_in_range(clock_milliseconds() - start, 1000, 6000);
}

static void the_resolver_is_confined(void **state)
{
	char value[64];

	(void)state;
	peer_status(resolver, "Uid:", value);
	assert_string_equal(value, "1900000001\t1900000001\t1900000001\t1900000001");
	peer_status(resolver, "CapPrm:", value);
	assert_string_equal(value, "0000000000000000");
	peer_status(resolver, "CapBnd:", value);
	assert_string_equal(value, "0000000000000000");
	peer_status(resolver, "NoNewPrivs:", value);
	assert_string_equal(value, "1");
	peer_status(resolver, "Seccomp_filters:", value);
	assert_string_equal(value, "1");
}

static int attempt_inside(void *context)
{
	struct gateway_resolver_upstream elsewhere = address_of("127.0.0.53");

	(void)context;
	if (gateway_resolver_confine(&config, &router, EPERM, &why))
		return fprintf(stderr, "%s\n", why.text), 100;
	if (open("/etc/passwd", O_RDONLY) >= 0 || open("/", O_RDONLY) >= 0)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
		socket(AF_PACKET, SOCK_RAW, 0) >= 0 ||
		socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP) >= 0)
		return 2;
	if (fork() >= 0 || execl("/bin/true", "true", NULL) == 0)
		return 3;
	if (setuid(0) == 0 || unshare(CLONE_NEWNS) == 0 || kill(1, 0) == 0 ||
		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 4;
	/* And what it needs works, to the port of upstream alone where Landlock knows ports. */
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		(connect(fd, &elsewhere.address.any, elsewhere.length) < 0 && errno != EINPROGRESS))
		return 5;
	if (bind(fd, &nobody.address.any, nobody.length) == 0 || listen(fd, 1) == 0)
		return 6;
	((struct sockaddr_in *)&elsewhere.address.storage)->sin_port = htons(443);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connect(fd, &elsewhere.address.any, elsewhere.length) == 0 || errno == EINPROGRESS ||
		errno == ECONNREFUSED)
		return context ? 7 : 0;
	return 0;
}

static void nothing_else_is_possible_inside(void **state)
{
	(void)state;
	nobody = address_of("127.0.0.1");
	assert_int_equal(in_child(attempt_inside, landlock_abi() >= 4 ? &config : NULL), 0);
}

/* The last one: there is no launcher any more. */
static void without_a_launcher_only_what_is_open_is_answered(void **state)
{
	int64_t start;

	(void)state;
	peer_stop(launcher);
	dig(WEB, "@" ROUTER4 " refused.example.com A");
	expect("status: NXDOMAIN");
	dig(WEB, "@" ROUTER4 " api.example.com A");
	expect("203.0.113.5");
	start = clock_milliseconds();
	dig(WEB, "@" ROUTER4 " alias.example.com AAAA");
	expect("status: SERVFAIL");
	/* At once, not when its time is over. */
	assert_in_range(clock_milliseconds() - start, 0, 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declared_names_are_answered_and_opened),
		cmocka_unit_test(names_that_are_not_declared_are_refused),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(a_chain_is_answered_whole),
		cmocka_unit_test(long_answers_are_cut_or_come_by_tcp),
		cmocka_unit_test(connections_may_be_odd),
		cmocka_unit_test(rubbish_is_survived),
		cmocka_unit_test(silence_ends_as_a_failure),
		cmocka_unit_test(the_resolver_is_confined),
		cmocka_unit_test(nothing_else_is_possible_inside),
		cmocka_unit_test(without_a_launcher_only_what_is_open_is_answered),
	};

#ifdef __SANITIZE_ADDRESS__
	puts("SKIP: a sanitizer makes calls that the resolver's filter refuses");
	return 77;
#endif
	if (access("/usr/bin/dig", X_OK) < 0) {
		puts("SKIP: dig is not installed (bind9-dnsutils)");
		return 77;
	}
	if (!peer_host()) {
		puts("SKIP: needs root and a network namespace of its own");
		return 77;
	}
	return cmocka_run_group_tests(tests, build, take_down);
}
