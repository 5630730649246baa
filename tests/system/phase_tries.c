/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service may lose when it is ready, tried from inside: it reads one
 * letter, makes the call, and answers with its errno in one line.  Static, so
 * that it can be brought into any view.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FLOODERS = 8 };

static int opened, listening;
static struct sockaddr_in place = {.sin_family = AF_INET};

static int try_execute(void)
{
	char *const arguments[] = {(char *)"true", NULL}, *const environment[] = {NULL};
	volatile int error = 0;
	pid_t child = vfork();

	if (child == 0) {
		execve("/usr/bin/true", arguments, environment);
		error = errno;
		_exit(1);
	}
	if (child < 0)
		return errno;
	waitpid(child, NULL, 0);
	return error;
}

/* In place of itself: where nothing can be forked. */
static int try_replace(void)
{
	char *const arguments[] = {(char *)"true", NULL}, *const environment[] = {NULL};

	execve("/usr/bin/no-such-program", arguments, environment);
	return errno == ENOENT ? 0 : errno;
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return child < 0 ? errno : waitpid(child, NULL, 0) < 0 ? errno : 0;
}

static void *nothing(void *context)
{
	return context;
}

static int try_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	return error ? error : pthread_join(thread, NULL);
}

static int try_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = listen(fd, 1) < 0 ? errno : 0;

	close(fd);
	return error;
}

/* A refused connection was let through: nobody listens there. */
static int let_through(long result)
{
	return result >= 0 || errno == ECONNREFUSED || errno == ENETUNREACH || errno == EACCES ||
			       errno == EINPROGRESS
		       ? 0
		       : errno;
}

static int try_connect(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = let_through(connect(fd, (struct sockaddr *)&place, sizeof(place)));

	close(fd);
	return error;
}

static int send_with(int type, int flags, const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	int error = let_through(
		sendto(fd, "x", 1, flags | MSG_NOSIGNAL, (const struct sockaddr *)to, sizeof(*to)));

	close(fd);
	return error;
}

static int try_send_to(void)
{
	return send_with(SOCK_DGRAM, 0, &place);
}

static int try_fast_open(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct iovec data = {.iov_base = (char *)"x", .iov_len = 1};
	struct msghdr message = {.msg_name = &place,
		.msg_namelen = sizeof(place),
		.msg_iov = &data,
		.msg_iovlen = 1};
	int error = let_through(sendmsg(fd, &message, MSG_FASTOPEN | MSG_NOSIGNAL));

	close(fd);
	return error == EOPNOTSUPP ? 0 : error;
}

static int try_send(void)
{
	int pair[2], error = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return errno;
	if (send(pair[0], "x", 1, 0) < 0)
		error = errno;
	close(pair[0]);
	close(pair[1]);
	return error;
}

static int open_with(int flags)
{
	int fd = open("/tmp/made", flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_create(void)
{
	return open_with(O_WRONLY | O_CREAT);
}

static int try_truncate(void)
{
	return open_with(O_RDONLY | O_TRUNC);
}

static int try_read(void)
{
	return open_with(O_RDONLY);
}

static int try_folder(void)
{
	int error = mkdir("/tmp/folder", 0700) < 0 ? errno : 0;

	rmdir("/tmp/folder");
	return error;
}

static int try_append(void)
{
	return write(opened, "x", 1) == 1 ? 0 : errno;
}

static int try_accept(void)
{
	return accept(listening, NULL, NULL) >= 0 || errno == EAGAIN ? 0 : errno;
}

/* New code: what a library that is loaded late is. */
static int try_map_code(void)
{
	int fd = open("/usr/bin/true", O_RDONLY | O_CLOEXEC);
	void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	int error = map == MAP_FAILED ? errno : 0;

	close(fd);
	return error;
}

static void *flood(void *context)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	while (listen(fd, 1) == 0)
		;
	*(int *)context = errno;
	close(fd);
	return NULL;
}

/* Until all are refused. */
static int try_flood(void)
{
	pthread_t threads[FLOODERS];
	int errors[FLOODERS] = {0};

	for (int i = 0; i < FLOODERS; i++)
		if (pthread_create(&threads[i], NULL, flood, &errors[i]))
			return EAGAIN;
	for (int i = 0; i < FLOODERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 1; i < FLOODERS; i++)
		if (errors[i] != errors[0])
			return EINVAL;
	return errors[0];
}

/* sd_notify(3), by hand. */
static int try_notify(const char *text)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (!path || strlen(path) >= sizeof(to.sun_path))
		return EDESTADDRREQ;
	memcpy(to.sun_path, path, strlen(path));
	struct iovec data = {.iov_base = (char *)text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_name = &to,
		.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)),
		.msg_iov = &data,
		.msg_iovlen = 1};
	int error = sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? errno : 0;

	close(fd);
	return error;
}

static int try_other_words(void)
{
	return try_notify("STATUS=READY=0\nNOTREADY=1\n");
}

static int try_ready(void)
{
	return try_notify("STATUS=here\nREADY=1\n");
}

static int try_take_over(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && unlink(path) < 0 ? errno : 0;
}

static const struct {
	char letter;
	int (*run)(void);
} tries[] = {
	{'x', try_execute},
	{'X', try_replace},
	{'f', try_fork},
	{'t', try_thread},
	{'l', try_listen},
	{'c', try_connect},
	{'s', try_send_to},
	{'o', try_fast_open},
	{'S', try_send},
	{'w', try_create},
	{'T', try_truncate},
	{'r', try_read},
	{'m', try_folder},
	{'a', try_append},
	{'A', try_accept},
	{'M', try_map_code},
	{'F', try_flood},
	{'n', try_other_words},
	{'N', try_ready},
	{'u', try_take_over},
};

static void answer(char letter)
{
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (tries[i].letter == letter)
			dprintf(1, "%d\n", tries[i].run());
}

int main(int count, char **words)
{
	sigset_t set;
	char letter;
	int signal;

	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	place.sin_port = htons(9);
	opened = open("/tmp/opened", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	listen(listening, 4);
	if (count > 1) {
		/* Without an input: each SIGUSR1 asks for the call named. */
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		dprintf(1, "begun\n");
		while (sigwait(&set, &signal) == 0)
			answer(words[1][0]);
	}
	while (read(0, &letter, 1) == 1)
		answer(letter);
	return 0;
}
