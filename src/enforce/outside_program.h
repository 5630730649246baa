/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Addresses outside the stack in the programs of cgroups: of a service, which may connect to those
 * of its edges, and of the outlet, which connects to them for all.
 *
 * Registers 2 to 5 hold the address as it travels (by IPv4 register 2), 6 the port as a number, 7
 * the protocol; 8 and 9 are lost.
 */

#include <stdbool.h>
#include <stdint.h>

struct enforce_program;

/* Load the registers from what the kernel shows (struct bpf_sock_addr), by IPv6 or IPv4. */
void enforce_program_load_peer(struct enforce_program *program, bool wide);

/* When they are what a line of service @from means (NULL: of any), end with the answer that stands
 * in register 0.  By IPv6 an address of IPv4 is in its clothes (::ffff:0:0/96). */
struct plan;
void enforce_program_outside(
	struct enforce_program *program, const struct plan *plan, const char *from, bool wide);

/* The same of one line. */
struct plan_outside;
void enforce_program_range(struct enforce_program *program, const struct plan *plan,
	const struct plan_outside *outside, bool wide);

/* The same where they are @address at one of these ports, by whichever protocol. */
void enforce_program_address(struct enforce_program *program, const char *address, uint32_t first,
	uint32_t last, bool wide);
