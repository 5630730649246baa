/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/scoped.h"

/* "HTTP/1.1 200 ": what follows is for people. */
enum { STATUS_LINE = 13, LONGEST_REQUEST = STACK_PROBE_LONGEST_PATH + 256 };

static enum stack_probe_answer __attribute__((format(printf, 2, 3)))
bad(struct stack_probe *probe, const char *format, ...)
{
	va_list arguments;

	stack_probe_end(probe);
	va_start(arguments, format);
	vsnprintf(probe->text, sizeof(probe->text), format, arguments);
	va_end(arguments);
	return STACK_PROBE_BAD;
}

static enum stack_probe_answer good(struct stack_probe *probe)
{
	stack_probe_end(probe);
	return STACK_PROBE_GOOD;
}

static socklen_t address_of(const struct stack_probe *probe, struct sockaddr_storage *storage)
{
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)storage;
	struct sockaddr_in *narrow = (struct sockaddr_in *)storage;
	const char *text = probe->wide ? probe->service->address6 : probe->service->address4;
	uint16_t port = htons((uint16_t)probe->question->port);

	memset(storage, 0, sizeof(*storage));
	if (probe->wide) {
		wide->sin6_family = AF_INET6;
		wide->sin6_port = port;
		return text && inet_pton(AF_INET6, text, &wide->sin6_addr) == 1 ? sizeof(*wide) : 0;
	}
	narrow->sin_family = AF_INET;
	narrow->sin_port = port;
	return text && inet_pton(AF_INET, text, &narrow->sin_addr) == 1 ? sizeof(*narrow) : 0;
}

/* A descriptor that connects, or a negative errno. */
static int begin_connect(const struct stack_probe *probe)
{
	struct sockaddr_storage address;
	socklen_t length = address_of(probe, &address);
	scoped(fd) int fd = socket(
		probe->wide ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (length == 0)
		return -EADDRNOTAVAIL;
	if (connect(fd, (const struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS)
		return -errno;
	return take_fd(&fd);
}

/* Not there by this address: by the other one, or not at all. */
static enum stack_probe_answer refused(struct stack_probe *probe, int error)
{
	stack_probe_end(probe);
	if (!probe->wide) {
		probe->wide = true;
		probe->error = error;
		probe->fd = begin_connect(probe);
		if (probe->fd >= 0) {
			probe->events = POLLOUT;
			return STACK_PROBE_PENDING;
		}
	}
	/* What is said is of the first.  Nobody listens there, or a table refuses: all the same. */
	if (probe->error == -ECONNREFUSED)
		return bad(probe, "port %u refuses connections", probe->question->port);
	return bad(probe, "port %u cannot be reached: %s", probe->question->port,
		strerror(-probe->error));
}

/* Nothing of a policy's path may end the line that it stands in. */
static bool is_plain(const char *path)
{
	if (path[0] != '/' || strlen(path) > STACK_PROBE_LONGEST_PATH)
		return false;
	for (; *path; path++)
		if ((unsigned char)*path <= ' ' || (unsigned char)*path >= 0x7f)
			return false;
	return true;
}

/* The buffer of a new connection takes it whole. */
static int send_request(const struct stack_probe *probe)
{
	const struct plan_service *service = probe->service;
	char request[LONGEST_REQUEST];
	int length = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bulkhead\r\nAccept: */*\r\n"
		"Connection: close\r\n\r\n",
		probe->question->path, service->base ? service->base : service->name);

	if (length >= (int)sizeof(request))
		return -EMSGSIZE;
	ssize_t sent = send(probe->fd, request, (size_t)length, MSG_NOSIGNAL);
	if (sent < 0)
		return -errno;
	return sent == length ? 0 : -EMSGSIZE;
}

static enum stack_probe_answer connected(struct stack_probe *probe)
{
	int error = 0;
	socklen_t length = sizeof(error);
	struct sockaddr_storage peer;
	socklen_t peer_length = sizeof(peer);

	if (getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error)
		return refused(probe, -error);
	/* Called although nothing had happened. */
	if (getpeername(probe->fd, (struct sockaddr *)&peer, &peer_length) < 0)
		return STACK_PROBE_PENDING;
	if (probe->question->kind == PLAN_PROBE_PORT)
		return good(probe);
	error = send_request(probe);
	if (error < 0)
		return bad(probe, "port %u takes no request: %s", probe->question->port,
			strerror(-error));
	probe->connected = true;
	probe->events = POLLIN;
	return STACK_PROBE_PENDING;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* The status of "HTTP/1.1 200 OK", 0 when it is none. */
static unsigned status_of(const char *answer)
{
	const char *number = answer + 9;
	char end = answer[12];

	if (strncmp(answer, "HTTP/1.", 7) != 0 || !is_digit(answer[7]) || answer[8] != ' ')
		return 0;
	if (!is_digit(number[0]) || !is_digit(number[1]) || !is_digit(number[2]) ||
		(end != ' ' && end != '\r' && end != '\n'))
		return 0;
	return (unsigned)(number[0] - '0') * 100 + (unsigned)(number[1] - '0') * 10 +
	       (unsigned)(number[2] - '0');
}

static enum stack_probe_answer judge(struct stack_probe *probe)
{
	const struct plan_probe *question = probe->question;
	unsigned status = status_of(probe->answer);

	if (status >= 200 && status < 400)
		return good(probe);
	if (status)
		return bad(probe, "GET :%u%.80s is answered %u", question->port, question->path,
			status);
	return bad(probe, "GET :%u%.80s: the answer is not HTTP", question->port, question->path);
}

static enum stack_probe_answer read_answer(struct stack_probe *probe)
{
	const struct plan_probe *question = probe->question;
	ssize_t got =
		recv(probe->fd, probe->answer + probe->length, STATUS_LINE - probe->length, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return STACK_PROBE_PENDING;
	if (got < 0)
		return bad(
			probe, "GET :%u%.80s: %s", question->port, question->path, strerror(errno));
	if (got == 0 && probe->length == 0)
		return bad(probe, "GET :%u%.80s: closed without an answer", question->port,
			question->path);
	probe->length += (size_t)got;
	if (got == 0 || probe->length == STATUS_LINE || memchr(probe->answer, '\n', probe->length))
		return judge(probe);
	return STACK_PROBE_PENDING;
}

enum stack_probe_answer stack_probe_begin(struct stack_probe *probe,
	const struct plan_service *service, const struct plan_probe *question, int64_t now)
{
	*probe = (struct stack_probe){.fd = -1,
		.events = POLLOUT,
		.until = now + STACK_PROBE_PATIENCE,
		.service = service,
		.question = question};
	if (question->kind == PLAN_PROBE_HTTP && !(question->path && is_plain(question->path)))
		return bad(probe,
			"the path of a probe begins with '/' and has only visible "
			"characters, %d at most",
			STACK_PROBE_LONGEST_PATH);
	probe->fd = begin_connect(probe);
	return probe->fd < 0 ? refused(probe, probe->fd) : STACK_PROBE_PENDING;
}

enum stack_probe_answer stack_probe_continue(struct stack_probe *probe, int64_t now)
{
	enum stack_probe_answer answer;

	if (probe->fd < 0)
		return STACK_PROBE_BAD;
	answer = probe->connected ? read_answer(probe) : connected(probe);
	if (answer != STACK_PROBE_PENDING || now < probe->until)
		return answer;
	return bad(probe, "%s on port %u within %d s",
		probe->connected ? "no whole answer" : "no connection", probe->question->port,
		STACK_PROBE_PATIENCE / 1000);
}

void stack_probe_end(struct stack_probe *probe)
{
	scoped_fd(&probe->fd);
	probe->fd = -1;
}
