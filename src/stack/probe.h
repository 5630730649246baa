/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Asking a service over the network whether it is there, without waiting: is its
 * port open, does it answer GET well?  Many probes fit into one poll(2) loop:
 *
 *     stack_probe_begin(&probe, service, &service->life.ready, now);
 *     loop:   poll probe.fd for probe.events, until probe.until
 *             answer = stack_probe_continue(&probe, now);
 *             STACK_PROBE_PENDING: go on; else probe.text says why, and probe.fd is -1
 *
 * It is asked from the router's address, so the caller must be in the router's
 * network namespace; the tables of the plan let it reach the ports that are
 * probed and no other.  The service's IPv4 address is tried first, then, when that
 * is refused, its IPv6 one: a service that listens on one of them is there.
 *
 * What a service answers is hostile: 13 bytes of it are read, within 5 s.
 *
 * System calls: socket, connect, getsockopt (SO_ERROR), sendto (MSG_NOSIGNAL),
 * getpeername, recvfrom, close.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

enum {
	STACK_PROBE_PATIENCE = 5000,    /* milliseconds for all of one probe */
	STACK_PROBE_LONGEST_PATH = 512, /* of GET */
};

enum stack_probe_answer { STACK_PROBE_PENDING, STACK_PROBE_GOOD, STACK_PROBE_BAD };

struct stack_probe {
	int fd;        /* -1: none.  It may be another one after each step */
	short events;  /* POLLOUT or POLLIN: what to wait for */
	int64_t until; /* milliseconds: when to go on if nothing happens before */
	/* Once it is bad: why, as a sentence of ours ("port 3000 refuses connections"). */
	char text[160];
	/* The rest is for probe.c alone. */
	const struct plan_service *service;
	const struct plan_probe *question;
	bool wide;      /* by IPv6 now */
	int error;      /* of IPv4 then */
	bool connected; /* and the question is sent */
	char answer[16];
	size_t length;
};

/* Begin to ask @question, a PORT or an HTTP one, of @service; both are borrowed until it is
 * answered.  Times are milliseconds of the monotonic clock.  Never PENDING without a descriptor. */
enum stack_probe_answer stack_probe_begin(struct stack_probe *probe,
	const struct plan_service *service, const struct plan_probe *question, int64_t now);

/* Go on after poll(2) returned, for whatever reason; it never waits. */
enum stack_probe_answer stack_probe_continue(struct stack_probe *probe, int64_t now);

/* Forget it, whatever its answer would be.  Harmless after an answer. */
void stack_probe_end(struct stack_probe *probe);
