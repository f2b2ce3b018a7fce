// SPDX-License-Identifier: GPL-2.0-only
/* Runs other programs and reads their output. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "router/run_program.h"

#define FM_PROGRAM_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum { FM_NO_PROGRAM = 127 };

/* Runs the program in the C locale, without input and error messages. */
static void fm_program_exec(const char *const argv[], int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    setenv("LC_ALL", "C", 1) || setenv("PATH", FM_PROGRAM_PATH, 1))
		_exit(1);
	execvp(argv[0], (char *const *)argv);
	_exit(FM_NO_PROGRAM);
}

static int fm_program_drain(int fd, char **output)
{
	char buffer[4096];
	FILE *stream;
	ssize_t count;
	size_t size;
	int err = 0;

	stream = open_memstream(output, &size);
	if (!stream)
		return -errno;
	while ((count = read(fd, buffer, sizeof(buffer))) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			err = -errno;
			break;
		}
		fwrite(buffer, 1, count, stream);
	}
	if (ferror(stream) && !err)
		err = -ENOMEM;
	if (fclose(stream) && !err)
		err = -ENOMEM;
	return err;
}

/**
 * fm_program_read() - run a program and read what it prints
 * @argv: the program and its words, ended by NULL
 * @output: its output; the caller frees it
 *
 * Return: 0, -ENOENT if there is no such program, -EIO if it failed, or
 * another -errno.
 */
int fm_program_read(const char *const argv[], char **output)
{
	int status = 0;
	int fd[2];
	pid_t pid;
	int err;

	*output = NULL;
	if (pipe2(fd, O_CLOEXEC))
		return -errno;
	/* Otherwise the child would print the rest of the buffer, too. */
	fflush(stdout);
	pid = fork();
	if (!pid)
		fm_program_exec(argv, fd[1]);
	err = pid < 0 ? -errno : 0;
	close(fd[1]);
	if (!err)
		err = fm_program_drain(fd[0], output);
	close(fd[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!err && status)
		err = WIFEXITED(status) &&
		      WEXITSTATUS(status) == FM_NO_PROGRAM ? -ENOENT : -EIO;
	if (err) {
		free(*output);
		*output = NULL;
	}
	return err;
}
