/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * ready: a service that says at once that it is ready, as sd_notify(3) does, and waits.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void)
{
	static const char word[] = "READY=1";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || notify < 0 || strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "ready: nobody listens\n");
		return 1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (sendto(notify, word, strlen(word), 0, (struct sockaddr *)&address, sizeof(address)) <
		0) {
		perror("ready");
		return 1;
	}
	/* Ends where that is refused, instead of asking again and again. */
	while (sleep(3600) == 0)
		;
	return 1;
}
