/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What services were refused by the resolver, in a file of the run folder that it has in its
 * memory: so it needs no call to write it down, and others read it also when it has ended.  A
 * resolver that was taken over writes what it likes there: who reads believes no length, and no
 * text.
 */

#include <stddef.h>

struct fault;
struct gateway_refusals;
struct plan;

/* Map the file of the stack in @folder, with a place for each service of @plan that asks for names;
 * made when there is none of that size.  The caller unmaps @size bytes.  NULL with @why. */
struct gateway_refusals *stack_refused_map(
	int folder, const struct plan *plan, size_t *size, struct fault *why);

/* Others ask than before, or in another order: the next is a new one. */
void stack_refused_forget(int folder);

/* Read it for @plan: a place for each of its services that asks for names, in their order, whose
 * names are whole; freed by the caller.  NULL: there is none of this plan. */
struct gateway_refusals *stack_refused_read(int folder, const struct plan *plan, size_t *count);
