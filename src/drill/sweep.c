/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/sweep.h"

#include <string.h>

#include "drill/address.h"
#include "drill/call.h"
#include "drill/network.h"
#include "drill/report.h"

/* At a time, as a service may have few descriptors; and how long the slowest of them is waited
 * for, in naps: inside a machine an answer is there at once. */
enum { WINDOW = 16, NAPS = 40, AGAIN = 20 };

struct flight {
	struct drill_context context;
	union drill_address to;
	unsigned size;
	bool stream, over;
	int fd, result;
};

bool drill_swept(const struct drill_attempt *attempt)
{
	return attempt->run == drill_connect_first || attempt->run == drill_ask_first;
}

static void end(struct flight *flight, long result)
{
	if (flight->stream && result == -EACCES && flight->context.call == SYS_connect)
		flight->context.layer = LAYER_LANDLOCK;
	flight->result = drill_done(result);
	flight->over = true;
	if (flight->fd >= 0)
		syscall(SYS_close, flight->fd);
	flight->fd = -1;
}

static long send_byte(struct flight *flight)
{
	return drill_call(
		&flight->context, SYS_sendto, flight->fd, "x", 1UL, MSG_DONTWAIT, NULL, 0);
}

static void begin(struct flight *flight)
{
	const int type = (flight->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;

	flight->fd = (int)drill_call(
		&flight->context, SYS_socket, (int)flight->to.any.sa_family, type, 0);
	if (flight->fd < 0) {
		end(flight, flight->fd);
		return;
	}
	long result =
		drill_call(&flight->context, SYS_connect, flight->fd, &flight->to, flight->size);
	if (!flight->stream && result >= 0)
		result = send_byte(flight);
	else if (flight->stream && result == 0)
		end(flight, 0);
	if (!flight->over && result < 0 && result != -EINPROGRESS)
		end(flight, result);
}

/* A connection under way is asked for by asking for it again; a datagram by its answer, which
 * alone proves something. */
static void look(struct flight *flight, int naps)
{
	char byte;
	long result;

	if (flight->stream)
		result = drill_call(
			&flight->context, SYS_connect, flight->fd, &flight->to, flight->size);
	else
		result = drill_call(&flight->context, SYS_recvfrom, flight->fd, &byte, 1UL,
			MSG_DONTWAIT, NULL, NULL);
	if (result == -EISCONN)
		result = 0;
	bool over = result != -EALREADY && result != -EINPROGRESS && result != -EAGAIN;
	if (!over && !flight->stream && naps == AGAIN) {
		result = send_byte(flight);
		over = result < 0;
	}
	if (over)
		end(flight, result);
	else if (naps >= NAPS)
		end(flight, -ETIMEDOUT);
}

static void fly(struct flight *flights, int count)
{
	for (int i = 0; i < count; i++)
		begin(&flights[i]);
	for (int naps = 0, open = 1; open; naps++) {
		open = 0;
		for (int i = 0; i < count; i++)
			if (!flights[i].over)
				look(&flights[i], naps);
		for (int i = 0; i < count; i++)
			open += !flights[i].over;
		if (open)
			drill_nap();
	}
}

static bool tell(const struct flight *flight, int output)
{
	char line[sizeof(DRILL_BEGUN) + DRILL_LINE] = DRILL_BEGUN;
	const size_t mark = strlen(DRILL_BEGUN);
	size_t length = mark + drill_report(line + mark, flight->result, &flight->context);

	return syscall(SYS_write, output, line, length) == (long)length;
}

static bool prepare(struct flight *flight, char **words)
{
	const struct drill_attempt *attempt = drill_attempt(words[0], NULL);

	if (!attempt || !drill_swept(attempt))
		return false;
	*flight = (struct flight){
		.context = {.first = words[1], .second = words[2], .call = -1, .layer = -1},
		.stream = attempt->run == drill_connect_first,
		.fd = -1};
	flight->size = drill_address(words[1], words[2], &flight->to);
	return true;
}

bool drill_sweep_ports(char **words, int count, int output)
{
	struct flight flights[WINDOW];
	int ready = 0;

	for (int i = 0; i + 2 < count; i += 3) {
		if (!prepare(&flights[ready++], words + i))
			return false;
		if (ready < WINDOW && i + 5 < count)
			continue;
		fly(flights, ready);
		for (int j = 0; j < ready; j++)
			if (!tell(&flights[j], output))
				return false;
		ready = 0;
	}
	return true;
}
