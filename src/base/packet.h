/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Packets of a SOCK_SEQPACKET pair, with descriptors beside them. */

#include <stddef.h>

enum { PACKET_DESCRIPTORS = 4 }; /* at most, beside one */

/* Send @length bytes with @count descriptors, which stay the caller's.  0 or -errno. */
int packet_send(int socket, const void *data, size_t length, const int *fds, size_t count);

/*
 * Receive one packet of exactly @length bytes.  1; 0: the other end is gone; or
 * -errno (-EPROTO: another size, or more descriptors than @count).  Those that did
 * not come are -1 in @fds, the others are the caller's to close.
 */
int packet_receive(int socket, void *data, size_t length, int *fds, size_t count);
