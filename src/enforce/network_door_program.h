/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The program of network_door_connect.h: pure, nothing is loaded here.
 *
 * Addresses and ports are compared and written as they travel
 * (struct bpf_sock_addr in linux/bpf.h: "stored in network byte order").
 */

#include <stdint.h>

struct enforce_program;
struct plan;

/* For @hook, BPF_CGROUP_INET4_CONNECT or BPF_CGROUP_INET6_CONNECT, and clients in the network
 * namespace whose cookie is @network. */
void enforce_door_program(
	struct enforce_program *program, const struct plan *plan, uint64_t network, int hook);
