/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * By which name a service was given an address, in a file of the run folder (stack/refused_file.h):
 * what was refused at that address is told by it, also when the address is open by it no more.  The
 * launcher writes it as it opens addresses; the newest are kept.
 */

struct plan;
struct plan_outside;
struct plan_traffic;

/* Remember that @outside had @bytes, an address of @family (AF_INET, AF_INET6).  Where that cannot
 * be written down nothing is lost but a name. */
void stack_named_note(int folder, const struct plan *plan, const struct plan_outside *outside,
	int family, const unsigned char *bytes);

/* Add what stands there to @traffic, for each line of @plan with such a name. */
void stack_named_see(int folder, const struct plan *plan, struct plan_traffic *traffic);
