/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A turn lets one connection move 1 MiB before the others have theirs. */
enum { CHUNK = 65536, TURN = 16 };

void gateway_relay_open(struct gateway_relay *relay, int client, int service)
{
	const struct gateway_relay_way empty = {.pipe = {-1, -1}};

	relay->state = service < 0 ? RELAY_HELLO : RELAY_CONNECTING;
	relay->client = client;
	relay->service = service;
	relay->up = relay->down = empty;
	relay->deadline = 0;
}

static bool take_pipe(struct gateway_relay_way *way, struct gateway_relay_pool *pool)
{
	if (way->pipe[0] >= 0)
		return true;
	if (pool->count) {
		pool->count--;
		way->pipe[0] = pool->pipes[pool->count][0];
		way->pipe[1] = pool->pipes[pool->count][1];
		return true;
	}
	return pipe2(way->pipe, O_CLOEXEC | O_NONBLOCK) == 0;
}

/* Only an empty pipe may serve another connection. */
static void give_pipe(struct gateway_relay_way *way, struct gateway_relay_pool *pool)
{
	if (way->pipe[0] < 0)
		return;
	if (way->held == 0 && pool->count < RELAY_PIPES) {
		pool->pipes[pool->count][0] = way->pipe[0];
		pool->pipes[pool->count][1] = way->pipe[1];
		pool->count++;
	} else {
		close(way->pipe[0]);
		close(way->pipe[1]);
	}
	way->pipe[0] = way->pipe[1] = -1;
}

static ssize_t move(int from, int to, size_t length)
{
	ssize_t moved;

	do
		moved = splice(from, NULL, to, NULL, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

/* The pipe is filled only when it is empty: -EAGAIN then speaks of the socket alone. */
static enum gateway_relay_result fill(
	struct gateway_relay_way *way, int source, struct gateway_relay_pool *pool)
{
	ssize_t moved;

	if (!take_pipe(way, pool))
		return RELAY_BROKEN;
	moved = move(source, way->pipe[1], CHUNK);
	if (moved < 0)
		return moved == -EAGAIN ? RELAY_WAIT : RELAY_BROKEN;
	way->held = (size_t)moved;
	way->ended = moved == 0;
	return RELAY_MORE;
}

static enum gateway_relay_result drain(struct gateway_relay_way *way, int sink)
{
	ssize_t moved = move(way->pipe[0], sink, way->held);

	if (moved <= 0)
		return moved == -EAGAIN ? RELAY_WAIT : RELAY_BROKEN;
	way->held -= (size_t)moved;
	return RELAY_MORE;
}

static enum gateway_relay_result move_way(
	struct gateway_relay_way *way, int source, int sink, struct gateway_relay_pool *pool)
{
	enum gateway_relay_result result = RELAY_MORE;

	for (int i = 0; i < TURN && result == RELAY_MORE && !way->passed; i++) {
		if (way->held)
			result = drain(way, sink);
		else if (!way->ended)
			result = fill(way, source, pool);
		if (result == RELAY_MORE && way->ended && !way->held) {
			way->passed = true;
			if (shutdown(sink, SHUT_WR) < 0 && errno != ENOTCONN)
				result = RELAY_BROKEN;
		}
	}
	if (!way->held)
		give_pipe(way, pool);
	return way->passed && result != RELAY_BROKEN ? RELAY_DONE : result;
}

enum gateway_relay_result gateway_relay_move(
	struct gateway_relay *relay, struct gateway_relay_pool *pool)
{
	enum gateway_relay_result up = move_way(&relay->up, relay->client, relay->service, pool);
	enum gateway_relay_result down =
		move_way(&relay->down, relay->service, relay->client, pool);

	if (up == RELAY_BROKEN || down == RELAY_BROKEN)
		return RELAY_BROKEN;
	if (up == RELAY_DONE && down == RELAY_DONE)
		return RELAY_DONE;
	return up == RELAY_MORE || down == RELAY_MORE ? RELAY_MORE : RELAY_WAIT;
}

static void close_side(int fd, bool reset)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

void gateway_relay_close(struct gateway_relay *relay, bool reset, struct gateway_relay_pool *pool)
{
	give_pipe(&relay->up, pool);
	give_pipe(&relay->down, pool);
	close_side(relay->client, reset);
	if (relay->service >= 0)
		close_side(relay->service, reset);
	relay->state = RELAY_FREE;
}
