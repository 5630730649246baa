/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Names that services were refused by the resolver, in a file of the run folder
 * (stack/refused_file.h): who reads it believes no length, and no text. */

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
