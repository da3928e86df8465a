/*
 * tests/guest/handlers.h -- handlers that keep what they are told, and the
 * calls that set them.
 */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "test.h"

static volatile int runs, last_signal;
UNUSED static volatile siginfo_t last_info;

UNUSED static void count_run(int signal)
{
	runs++;
	last_signal = signal;
}

UNUSED static void keep_info(int signal, siginfo_t *info, void *context)
{
	(void)context;
	count_run(signal);
	last_info = *info;
}

UNUSED static void set_plain(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	OK(sigaction(signal, &action, NULL));
}

/* Sets a handler with siginfo. */
UNUSED static void set(int signal, void (*handler)(int, siginfo_t *, void *),
                       int flags)
{
	struct sigaction action = {.sa_sigaction = handler,
	                           .sa_flags = flags | SA_SIGINFO};

	OK(sigaction(signal, &action, NULL));
}

UNUSED static sigset_t only(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return set;
}

UNUSED static void mask(int how, int signal)
{
	sigset_t set = only(signal);

	OK(sigprocmask(how, &set, NULL));
}

#endif
