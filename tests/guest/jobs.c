/*
 * tests/guest/jobs.c -- groups of processes, sessions, and a terminal's jobs.
 *
 * SHELL { body } is a child that leads a session, as a shell does.  Where it
 * has a terminal, that is /dev/tty1, on which nobody types: a read waits until
 * a signal ends it.  JOB(pid) { body } is a child of it in a group of its own.
 *
 * The test that sets a group after exec runs this program with "helper".
 */
#define OWN_MAIN
#include "test.h"
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

enum {
	NR_setpgid = 57,
	NR_setsid = 66,
	NR_getpgid = 132,
	NR_getsid = 147,
};

#define NO_PID 0x7FFFFFF0

static char *own_path;
static int tty; /* of a shell that has a terminal */

static void on_signal(int signal)
{
	shared->value[signal]++;
}

static void count_signal(int signal)
{
	struct sigaction action = {.sa_handler = on_signal,
	                           .sa_flags = SA_RESTART};

	sigaction(signal, &action, NULL);
}

#define SHELL IN_CHILD for (int once_ = (setsid(), 1); once_; once_ = 0)

/* The shell's session takes the terminal. */
static void take_terminal(void)
{
	tty = (int)OK(open("/dev/tty1", O_RDWR));
}

static pid_t start_job(void)
{
	pid_t pid = fork();

	setpgid(pid, pid); /* both sides do it, and the second does no harm */
	return pid;
}

#define JOB(pid) for ((pid) = start_job(); (pid) == 0; _exit(0))

/* The signal that stops the child; 0: it ended. */
static int stopped_by(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, WUNTRACED) < 0 && errno == EINTR)
		;
	return WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
}

static void end(pid_t pid)
{
	OK(kill(pid, SIGKILL));
	KILLED(pid, SIGKILL);
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static long front(void)
{
	int pgid = -1;
	long result = SYS(NR_ioctl, tty, TIOCGPGRP, P(&pgid));

	return result < 0 ? result : pgid;
}

static long put_in_front(int pgid)
{
	return SYS(NR_ioctl, tty, TIOCSPGRP, P(&pgid));
}

/* ---- /proc/PID/stat ----------------------------------------------------- */

/* Field `n` of /proc/PID/stat, from 3 on: it stands behind the name. */
static long stat_field(pid_t pid, int n)
{
	char path[32], text[600] = "", *at;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = (int)OK(open(path, O_RDONLY));
	OK(read(fd, text, sizeof text - 1));
	close(fd);
	at = strrchr(text, ')') + 2;
	for (; n > 3; n--)
		at = strchr(at, ' ') + 1;
	return strtol(at, 0, 10);
}

TEST("JOB-proc stat has the terminal, and the group in front of it")
{
	pid_t pid;

	SHELL
	{
		EQ(stat_field(getpid(), 7), 0);
		EQ(stat_field(getpid(), 8), -1);
		take_terminal();
		EQ(stat_field(getpid(), 7), 4 << 8 | 1);
		EQ(stat_field(getpid(), 8), getpid());
		JOB(pid)
		{
			wait_for_ever();
		}
		count_signal(SIGTTOU);
		OK(put_in_front(pid));
		EQ(stat_field(pid, 7), 4 << 8 | 1);
		EQ(stat_field(pid, 8), pid);
		EQ(stat_field(getpid(), 8), pid);
		end(pid);
	}
}

/* ---- setpgid, setsid ---------------------------------------------------- */

TEST("JOB-group setpgid makes a group, joins one, and getpgid tells")
{
	SHELL
	{
		pid_t one, two;

		JOB(one)
		{
			wait_for_ever();
		}
		BACKGROUND(two)
		{
			wait_for_ever();
		}
		EQ(SYS(NR_getpgid, one), one);
		EQ(SYS(NR_getpgid, two), getpid());
		OK(SYS(NR_setpgid, two, one));
		EQ(SYS(NR_getpgid, two), one);
		EQ(SYS(NR_getsid, two), getpid());
		OK(SYS(NR_setpgid, two, 0));
		EQ(SYS(NR_getpgid, two), two);
		end(one);
		ERR(SYS(NR_setpgid, two, one), EPERM);
		end(two);
	}
}

TEST("JOB-group setpgid refuses leaders, strangers and other sessions")
{
	SHELL
	{
		pid_t child;

		ERR(SYS(NR_setpgid, 0, 0), EPERM);
		ERR(SYS(NR_setpgid, -1, 0), EINVAL);
		ERR(SYS(NR_setpgid, 0, -1), EINVAL);
		ERR(SYS(NR_setpgid, -1, 1), ESRCH);
		ERR(SYS(NR_setpgid, NO_PID, 0), ESRCH);
		ERR(SYS(NR_setpgid, getppid(), 0), ESRCH);
		ERR(SYS(NR_getpgid, NO_PID), ESRCH);
		ERR(SYS(NR_getsid, -1), ESRCH);
		IN_CHILD
		{
			ERR(SYS(NR_setpgid, 0, NO_PID), EPERM);
			ERR(SYS(NR_setpgid, 0, getpgid(test_process)), EPERM);
			OK(SYS(NR_setpgid, 0, 0));
			OK(SYS(NR_setpgid, 0, 0));
			OK(SYS(NR_setpgid, 0, getppid()));
		}
		BACKGROUND(child)
		{
			setsid();
			reach(1);
			wait_for_ever();
		}
		await(1);
		ERR(SYS(NR_setpgid, child, 0), EPERM);
		end(child);
	}
}

TEST("JOB-group a child that has called exec keeps its group: EACCES")
{
	SHELL
	{
		char *argv[] = {own_path, "helper", NULL};
		pid_t child;

		BACKGROUND(child)
		{
			execv(own_path, argv);
		}
		await_asleep(child);
		ERR(SYS(NR_setpgid, child, child), EACCES);
		EQ(getpgid(child), getpid());
		end(child);
	}
}

TEST("JOB-session setsid makes one, but not for who leads a group")
{
	SHELL
	{
		pid_t child;

		EQ(getsid(0), getpid());
		EQ(getpgid(0), getpid());
		ERR(SYS(NR_setsid), EPERM);
		IN_CHILD
		{
			EQ(SYS(NR_setsid), getpid());
			EQ(getsid(0), getpid());
			EQ(getpgid(0), getpid());
		}
		JOB(child)
		{
			ERR(SYS(NR_setsid), EPERM);
		}
		EXITS(child, 0);
	}
}

TEST("JOB-group kill of a group reaches its members and nobody else")
{
	SHELL
	{
		pid_t one, two, three;

		JOB(one)
		{
			wait_for_ever();
		}
		JOB(two)
		{
			wait_for_ever();
		}
		BACKGROUND(three)
		{
			wait_for_ever();
		}
		OK(setpgid(three, one));
		OK(kill(-one, SIGTERM));
		KILLED(one, SIGTERM);
		KILLED(three, SIGTERM);
		EQ(waitpid(two, NULL, WNOHANG), 0);
		ERR(SYS(NR_kill, -one, SIGTERM), ESRCH);
		end(two);
	}
}

/* ---- orphaned groups ---------------------------------------------------- */

static void stop_by_all(void)
{
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};

	for (size_t i = 0; i < ALL(stops); i++) {
		raise(stops[i]);
		shared->value[0] = i + 1;
	}
}

TEST("JOB-orphan what a terminal sends stops a job that a shell keeps")
{
	SHELL
	{
		pid_t job;

		JOB(job)
		{
			stop_by_all();
		}
		EQ(stopped_by(job), SIGTSTP);
		OK(kill(-job, SIGCONT));
		EQ(stopped_by(job), SIGTTIN);
		OK(kill(-job, SIGCONT));
		EQ(stopped_by(job), SIGTTOU);
		OK(kill(-job, SIGCONT));
		EXITS(job, 0);
		EQ(shared->value[0], 3);
	}
}

TEST("JOB-orphan it does nothing in a group that nobody keeps; SIGSTOP stops")
{
	pid_t leader;

	BACKGROUND(leader)
	{
		setsid();
		stop_by_all();
		raise(SIGSTOP);
	}
	EQ(stopped_by(leader), SIGSTOP);
	EQ(shared->value[0], 3);
	OK(kill(leader, SIGCONT));
	EXITS(leader, 0);
}

/* In a job: counts what it is sent, and says so; stops if it is to. */
static void be_orphan(bool stops)
{
	count_signal(SIGHUP);
	count_signal(SIGCONT);
	shared->value[60] = getpid();
	reach(1);
	if (stops)
		raise(SIGSTOP);
	while (shared->stage < 2)
		sleep_ms(1);
	sleep_ms(50);
	reach(3);
}

/* A shell's job outlives the shell. */
static void lose_shell(bool stops)
{
	pid_t shell;

	BACKGROUND(shell)
	{
		pid_t job;

		setsid();
		JOB(job)
		{
			be_orphan(stops);
		}
		if (stops)
			EQ(stopped_by(job), SIGSTOP);
		else
			await(1);
	}
	EXITS(shell, 0);
	reach(2);
	await(3);
}

TEST("JOB-orphan a stopped job that loses its shell gets SIGHUP and SIGCONT")
{
	lose_shell(true);
	EQ(shared->value[SIGHUP], 1);
	EQ(shared->value[SIGCONT], 1);
}

TEST("JOB-orphan one that is not stopped gets nothing")
{
	lose_shell(false);
	EQ(shared->value[SIGHUP], 0);
	EQ(shared->value[SIGCONT], 0);
}

TEST("JOB-orphan so does one whose last member that a shell knows has ended")
{
	SHELL
	{
		pid_t job;

		JOB(job)
		{
			pid_t child;

			BACKGROUND(child)
			{
				be_orphan(true);
			}
			EQ(stopped_by(child), SIGSTOP);
		}
		EXITS(job, 0);
		reach(2);
		await(3);
	}
	EQ(shared->value[SIGHUP], 1);
	EQ(shared->value[SIGCONT], 1);
}

/* ---- the terminal's foreground ------------------------------------------ */

/*
 * Init's programs are in its group, which is 1 on Tessera.  To kill(2) -1 means
 * all processes, and not that group.  On Linux it is 0: then setpgid(2) makes a
 * group, which is orphaned as well.
 */
static void join_init(void)
{
	OK(setpgid(0, getpgid(1)));
}

/* A process without parent runs `body`; it has ended when reach(3) was. */
static void without_parent(void (*body)(void))
{
	pid_t parent, pid;

	BACKGROUND(parent)
	{
		BACKGROUND(pid)
		{
			while (getppid() != 1)
				sleep_ms(1);
			body();
		}
	}
	EXITS(parent, 0);
}

static void stop_beside_a_job(void)
{
	pid_t job;

	join_init();
	JOB(job)
	{
		wait_for_ever();
	}
	stop_by_all();
	end(job);
	reach(3);
}

TEST("JOB-orphan a terminal's stop does nothing in init's group, whoever runs")
{
	without_parent(stop_beside_a_job);
	await(3);
	EQ(shared->value[0], 3);
}

TEST("JOB-front a session that takes the terminal is in front; TIOCSPGRP sets "
     "it")
{
	SHELL
	{
		int sid = 0;
		pid_t job;

		tty = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
		ERR(front(), ENOTTY);
		ERR(put_in_front(getpid()), ENOTTY);
		ERR(SYS(NR_ioctl, tty, TIOCGSID, P(&sid)), ENOTTY);
		take_terminal();
		EQ(front(), getpid());
		OK(SYS(NR_ioctl, tty, TIOCGSID, P(&sid)));
		EQ(sid, getpid());
		JOB(job)
		{
			wait_for_ever();
		}
		OK(put_in_front(job));
		EQ(front(), job);
		EQ(tcgetpgrp(tty), job);
		signal(SIGTTOU, SIG_IGN);
		OK(put_in_front(getpid()));
		EQ(front(), getpid());
		end(job);
	}
}

TEST("JOB-front no group, another session's group, bad numbers and pointers")
{
	SHELL
	{
		take_terminal();
		ERR(put_in_front(-1), EINVAL);
		ERR(put_in_front(NO_PID), ESRCH);
		ERR(put_in_front(getpgid(test_process)), EPERM);
		ERR(SYS(NR_ioctl, tty, TIOCSPGRP, 0), EFAULT);
		ERR(SYS(NR_ioctl, tty, TIOCGPGRP, 0), EFAULT);
		ERR(SYS(NR_ioctl, tty, TIOCGSID, 0), EFAULT);
		ERR(SYS(NR_ioctl, tty, TCXONC, 4), EINVAL);
		ERR(SYS(NR_ioctl, tty, TCFLSH, 3), EINVAL);
		EQ(front(), getpid());
	}
}

TEST("JOB-tty TIOCSCTTY is a leader's, and takes what is free")
{
	SHELL
	{
		tty = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
		IN_CHILD
		{
			ERR(SYS(NR_ioctl, tty, TIOCSCTTY, 0), EPERM);
		}
		OK(SYS(NR_ioctl, tty, TIOCSCTTY, 0));
		OK(SYS(NR_ioctl, tty, TIOCSCTTY, 0));
		EQ(front(), getpid());
		IN_CHILD
		{
			setsid();
			ERR(SYS(NR_ioctl, tty, TIOCSCTTY, 0), EPERM);
			become(NOBODY, NOBODY);
			ERR(SYS(NR_ioctl, tty, TIOCSCTTY, 1), EPERM);
		}
		EQ(front(), getpid());
	}
}

TEST("JOB-tty root's TIOCSCTTY with 1 takes it from another session")
{
	SHELL
	{
		pid_t child;

		take_terminal();
		BACKGROUND(child)
		{
			setsid();
			OK(SYS(NR_ioctl, tty, TIOCSCTTY, 1));
			EQ(front(), getpid());
			reach(1);
			await(2);
		}
		await(1);
		ERR(SYS(NR_open, P("/dev/tty"), O_RDWR), ENXIO);
		ERR(front(), ENOTTY);
		reach(2);
		EXITS(child, 0);
	}
}

TEST("JOB-tty a leader's TIOCNOTTY gives it up, and SIGHUP to the foreground")
{
	SHELL
	{
		pid_t job;

		take_terminal();
		JOB(job)
		{
			wait_for_ever();
		}
		OK(put_in_front(job));
		count_signal(SIGHUP);
		OK(SYS(NR_ioctl, tty, TIOCNOTTY, 0));
		KILLED(job, SIGHUP);
		ERR(SYS(NR_open, P("/dev/tty"), O_RDWR), ENXIO);
	}
}

TEST("JOB-tty TIOCNOTTY of one that leads no session takes nothing from others")
{
	SHELL
	{
		take_terminal();
		IN_CHILD
		{
			long fd;

			OK(SYS(NR_ioctl, tty, TIOCNOTTY, 0));
			fd = SYS(NR_open, P("/dev/tty"), O_RDWR);
			EQ(fd < 0 ? fd : 0, HERE(-ENXIO, 0));
		}
		OK(SYS(NR_open, P("/dev/tty"), O_RDWR));
		EQ(front(), getpid());
	}
}

TEST("JOB-tty a leader's end is SIGHUP to the foreground, and to nobody else")
{
	pid_t leader;

	BACKGROUND(leader)
	{
		pid_t before, behind;

		setsid();
		take_terminal();
		JOB(before)
		{
			count_signal(SIGHUP);
			reach(1);
			while (!shared->value[SIGHUP])
				pause();
			reach(3);
		}
		JOB(behind)
		{
			await(1);
			signal(SIGHUP, on_signal);
			reach(2);
			while (shared->stage < 3)
				sleep_ms(1);
			sleep_ms(50);
			reach(4);
		}
		OK(put_in_front(before));
		await(2);
	}
	EXITS(leader, 0);
	await(4);
	EQ(shared->value[SIGHUP], 1);
}

/* ---- the background ----------------------------------------------------- */

/* A job in the background calls act(), stops, and calls again in front. */
static void stops_until_in_front(void (*act)(void), int by)
{
	SHELL
	{
		pid_t job;

		take_terminal();
		JOB(job)
		{
			reach(1);
			act();
			reach(2);
			wait_for_ever();
		}
		EQ(stopped_by(job), by);
		EQ(shared->stage, 1);
		OK(kill(-job, SIGCONT));
		EQ(stopped_by(job), by);
		EQ(shared->stage, 1);
		OK(put_in_front(job));
		OK(kill(-job, SIGCONT));
		if (by == SIGTTOU)
			await(2);
		else
			await_asleep(job);
		EQ(waitpid(job, NULL, WNOHANG | WUNTRACED), 0);
		end(job);
	}
}

static void read_tty(void)
{
	char byte;

	read(tty, &byte, 1);
}

static void write_tty(void)
{
	EQ(write(tty, "\r", 1), 1);
}

static void set_tty(void)
{
	struct termios settings;

	OK(tcgetattr(tty, &settings));
	OK(tcsetattr(tty, TCSANOW, &settings));
}

TEST("JOB-behind a read from the background stops, and waits once in front")
{
	stops_until_in_front(read_tty, SIGTTIN);
}

TEST("JOB-behind so does a change of settings")
{
	stops_until_in_front(set_tty, SIGTTOU);
}

static void set_tostop(int on)
{
	struct termios settings;

	OK(tcgetattr(tty, &settings));
	settings.c_lflag &= ~(tcflag_t)TOSTOP;
	settings.c_lflag |= on ? TOSTOP : 0;
	OK(tcsetattr(tty, TCSANOW, &settings));
}

TEST("JOB-behind and a write, with TOSTOP")
{
	int fd = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));

	tty = fd;
	set_tostop(1);
	stops_until_in_front(write_tty, SIGTTOU);
	tty = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
	set_tostop(0);
}

/* A job in the background, of a shell that has the terminal. */
static void behind(void (*act)(void))
{
	SHELL
	{
		pid_t job;

		take_terminal();
		JOB(job)
		{
			while (getpgid(0) != getpid())
				sched_yield();
			act();
		}
		EXITS(job, 0);
	}
}

static void mask(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void read_without_stop(void)
{
	char byte;

	signal(SIGTTIN, SIG_IGN);
	ERR(SYS(NR_read, tty, P(&byte), 1), EIO);
	signal(SIGTTIN, SIG_DFL);
	mask(SIGTTIN);
	ERR(SYS(NR_read, tty, P(&byte), 1), EIO);
}

TEST("JOB-behind a read that SIGTTIN would not stop is EIO")
{
	behind(read_without_stop);
}

static void change_without_stop(void)
{
	write_tty();
	signal(SIGTTOU, SIG_IGN);
	set_tty();
	signal(SIGTTOU, SIG_DFL);
	mask(SIGTTOU);
	set_tty();
	OK(put_in_front(getpid()));
	EQ(front(), getpid());
}

TEST("JOB-behind a change that SIGTTOU would not stop is made; a write always")
{
	behind(change_without_stop);
}

static void read_interrupted(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	char byte;

	sigaction(SIGTTIN, &action, NULL);
	ERR(SYS(NR_read, tty, P(&byte), 1), EINTR);
	EQ(shared->value[SIGTTIN], 1);
}

TEST("JOB-behind a handler of SIGTTIN runs, and the read is EINTR")
{
	behind(read_interrupted);
}

TEST("JOB-behind in an orphaned group a read and a change are EIO")
{
	SHELL
	{
		pid_t job;

		take_terminal();
		JOB(job)
		{
			if (fork() == 0) {
				char byte;

				await(1);
				ERR(SYS(NR_read, tty, P(&byte), 1), EIO);
				ERR(SYS(NR_ioctl, tty, TCFLSH, 0), EIO);
				ERR(put_in_front(getpid()), ENOTTY);
				reach(2);
			}
		}
		EXITS(job, 0);
		reach(1);
		await(2);
	}
}

/* ---- output that is stopped --------------------------------------------- */

static int writable(int fd)
{
	struct pollfd one = {fd, POLLOUT, 0};

	EQ(poll(&one, 1, 0), one.revents != 0);
	return one.revents;
}

TEST("JOB-stop while output is stopped a write waits, or is EAGAIN")
{
	int fd = OK(open("/dev/tty1", O_RDWR | O_NOCTTY | O_NONBLOCK));
	pid_t child;

	EQ(writable(fd), POLLOUT);
	OK(SYS(NR_ioctl, fd, TCXONC, TCOOFF));
	EQ(writable(fd), 0);
	ERR(SYS(NR_write, fd, P("\r"), 1), EAGAIN);
	BACKGROUND(child)
	{
		tty = OK(open("/dev/tty1", O_RDWR | O_NOCTTY));
		write_tty();
	}
	await_asleep(child);
	OK(SYS(NR_ioctl, fd, TCXONC, TCOON));
	EXITS(child, 0);
	EQ(writable(fd), POLLOUT);
	EQ(write(fd, "\r", 1), 1);
	OK(tcdrain(fd));
}

/* ---- a terminal that is lost -------------------------------------------- */

TEST("JOB-lost what a session had open is hung up when its leader has ended")
{
	pid_t leader;

	BACKGROUND(leader)
	{
		setsid();
		take_terminal();
		if (fork() == 0) {
			struct pollfd one = {tty, POLLIN | POLLOUT, 0};
			char byte;
			int pgid = getpid();

			signal(SIGHUP, SIG_IGN);
			reach(1);
			while (getppid() != 1)
				sleep_ms(1);
			EQ(SYS(NR_read, tty, P(&byte), 1), 0);
			ERR(SYS(NR_write, tty, P("x"), 1), EIO);
			ERR(SYS(NR_ioctl, tty, TCFLSH, 0), EIO);
			ERR(SYS(NR_ioctl, tty, TIOCSPGRP, P(&pgid)), ENOTTY);
			EQ(poll(&one, 1, 0), 1);
			EQ(one.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
			reach(2);
			_exit(0);
		}
		await(1);
	}
	EXITS(leader, 0);
	await(2);
}

TEST("JOB-size a new size of the window is SIGWINCH to the foreground")
{
	struct winsize old, new;

	need_tessera();
	SHELL
	{
		take_terminal();
		count_signal(SIGWINCH);
		OK(SYS(NR_ioctl, tty, TIOCGWINSZ, P(&old)));
		OK(SYS(NR_ioctl, tty, TIOCSWINSZ, P(&old)));
		EQ(shared->value[SIGWINCH], 0);
		new = old;
		new.ws_row++;
		OK(SYS(NR_ioctl, tty, TIOCSWINSZ, P(&new)));
		EQ(shared->value[SIGWINCH], 1);
		OK(SYS(NR_ioctl, tty, TIOCGWINSZ, P(&new)));
		EQ(new.ws_row, old.ws_row + 1);
		OK(SYS(NR_ioctl, tty, TIOCSWINSZ, P(&old)));
		ERR(SYS(NR_ioctl, tty, TIOCSWINSZ, 0), EFAULT);
	}
}

int main(int argc, char **argv)
{
	own_path = argv[0];
	if (argc > 1 && strcmp(argv[1], "helper") == 0)
		wait_for_ever();
	return test_main(argc, argv);
}
