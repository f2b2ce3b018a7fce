// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: whose changes are collected until they take effect together.
 * A process that opens one holds it until it commits or discards. While it
 * lives, nobody else can change anything in the namespace; if it dies, the next
 * writer discards what it has left. A change outside a transaction is committed
 * at once.
 */
#include <linux/err.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "change.h"
#include "parse.h"
#include "service.h"
#include "state.h"
#include "transaction.h"

/**
 * struct ftpmark_holder - the process that holds a transaction
 * @alive: whether any of its threads runs
 * @comm: its name, if it is alive
 */
struct ftpmark_holder {
	bool alive;
	char comm[TASK_COMM_LEN];
};

/* A leader that has ended is a zombie until its last thread ends, too. */
static void ftpmark_holder_look(struct pid *pid, struct ftpmark_holder *holder)
{
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(pid, PIDTYPE_TGID);
	holder->alive = leader && !(READ_ONCE(leader->exit_state) &&
				    thread_group_empty(leader));
	if (holder->alive)
		get_task_comm(holder->comm, leader);
	rcu_read_unlock();
}

static bool ftpmark_transaction_is_mine(const struct ftpmark_state *ns)
{
	return ns->holder && ns->holder == task_tgid(current);
}

static void ftpmark_transaction_end(struct ftpmark_state *ns)
{
	put_pid(ns->holder);
	ns->holder = NULL;
}

/*
 * Begins a change. Discards what a dead process has left; the files of services
 * that go with it are removed by others, since stores of these services come
 * here, too. Returns 0, -ENODEV, or -EBUSY while another process holds a
 * transaction.
 */
static int ftpmark_transaction_enter(struct ftpmark_state *ns,
				     struct ftpmark_refusal *refusal)
{
	struct ftpmark_holder holder;

	lockdep_assert_held(&ns->lock);

	if (ns->exiting)
		return -ENODEV;
	if (!ns->holder || ftpmark_transaction_is_mine(ns))
		return 0;

	ftpmark_holder_look(ns->holder, &holder);
	if (holder.alive)
		return ftpmark_refuse(refusal, -EBUSY,
				      "a transaction is open by %d (%*pE)",
				      pid_nr(ns->holder),
				      (int)strlen(holder.comm), holder.comm);

	ftpmark_change_discard(ns);
	ftpmark_transaction_end(ns);
	if (!list_empty(&ns->left))
		schedule_work(&ns->reaper);
	return 0;
}

/* Ends a change: commits it, unless that is left to the holder. */
static int ftpmark_transaction_leave(struct ftpmark_state *ns,
				     struct ftpmark_refusal *refusal)
{
	return ns->holder ? 0 : ftpmark_change_commit(ns, refusal);
}

/**
 * ftpmark_transaction_open - open a transaction for the current process
 * @ns: the namespace, its lifecycle lock held
 * @refusal: the reason, when refused; none for -EBUSY, since openers try again
 *
 * Context: takes the namespace's lock.
 * Return: 0, -EALREADY, -EBUSY while another living process has one open, or
 * -ENODEV.
 */
int ftpmark_transaction_open(struct ftpmark_state *ns,
			     struct ftpmark_refusal *refusal)
{
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	err = ftpmark_transaction_enter(ns, refusal);
	if (err)
		refusal->text[0] = '\0';
	else if (ns->holder)
		err = ftpmark_refuse(refusal, -EALREADY,
				     "this process has one open already");
	else
		ns->holder = get_task_pid(current, PIDTYPE_TGID);
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_commit - put the transaction of this process into force
 * @ns: the namespace, its lifecycle lock held
 * @refusal: the reason, when refused
 *
 * The files of services that are gone are left to the caller.
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: 0; -EINVAL without a transaction; -EBUSY if another process has one;
 * -ENODEV; or what ftpmark_change_commit() returns, with the transaction
 * discarded.
 */
int ftpmark_transaction_commit(struct ftpmark_state *ns,
			       struct ftpmark_refusal *refusal)
{
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	err = ftpmark_transaction_enter(ns, refusal);
	if (err)
		goto out;
	if (!ns->holder) {
		err = ftpmark_refuse(refusal, -EINVAL, "none is open");
		goto out;
	}

	err = ftpmark_change_commit(ns, refusal);
	if (err && !refusal->text[0])
		ftpmark_refuse(refusal, err, "discarded: error %d", err);
	ftpmark_transaction_end(ns);
out:
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_discard - discard the transaction of this process
 * @ns: the namespace, its lifecycle lock held
 * @refusal: the reason, when refused
 *
 * What a dead process has left may be discarded by any other. The files of
 * services that are gone are left to the caller.
 *
 * Context: takes the namespace's lock.
 * Return: 0; -EINVAL without a transaction; -EBUSY if another process has one.
 */
int ftpmark_transaction_discard(struct ftpmark_state *ns,
				struct ftpmark_refusal *refusal)
{
	bool any;
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	any = ns->holder;
	err = ftpmark_transaction_enter(ns, refusal);
	if (err)
		goto out;
	if (!any) {
		err = ftpmark_refuse(refusal, -EINVAL, "none is open");
		goto out;
	}

	ftpmark_change_discard(ns);
	ftpmark_transaction_end(ns);
out:
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_print - tell whether a transaction is open, and whose
 * @ns: the namespace
 * @page: a buffer of PAGE_SIZE bytes, aligned to it
 *
 * Processes are named as the reader's PID namespace numbers them, 0 for those
 * outside.
 *
 * Context: takes the namespace's lock.
 * Return: number of characters written.
 */
ssize_t ftpmark_transaction_print(struct ftpmark_state *ns, char *page)
{
	struct ftpmark_holder holder;
	ssize_t len;

	mutex_lock(&ns->lock);
	if (!ns->holder) {
		len = sysfs_emit(page, "none\n");
		goto out;
	}

	ftpmark_holder_look(ns->holder, &holder);
	if (holder.alive)
		len = sysfs_emit(page, "open by %d (%*pE)\n",
				 pid_vnr(ns->holder),
				 (int)strlen(holder.comm), holder.comm);
	else
		len = sysfs_emit(page, "left by %d\n", pid_vnr(ns->holder));
out:
	mutex_unlock(&ns->lock);
	return len;
}

/**
 * ftpmark_transaction_renew - begin to add a service
 * @ns: the namespace, its lifecycle lock held
 * @name: of the service
 * @refusal: the reason, when refused
 *
 * A service that this transaction has removed still has its files, and is added
 * again.
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: that service, with default settings; NULL if the caller has to create
 * one; or an ERR_PTR: -EBUSY, -EEXIST, -ENODEV, -ENOMEM, -ENOSPC.
 */
struct ftpmark_service *
ftpmark_transaction_renew(struct ftpmark_state *ns, const char *name,
			  struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service = NULL;
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	err = ftpmark_transaction_enter(ns, refusal);
	if (!err)
		service = ftpmark_service_find(ns, name);
	if (service)
		err = service->removed ? ftpmark_change_add_again(service) :
					 -EEXIST;
	mutex_unlock(&ns->lock);
	return err ? ERR_PTR(err) : service;
}

/**
 * ftpmark_transaction_add - let a service be changed
 * @service: in its namespace, whose lifecycle lock is held, with all its files
 *
 * Context: takes the namespace's lock.
 */
void ftpmark_transaction_add(struct ftpmark_service *service)
{
	struct ftpmark_state *ns = service->ns;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	service->closed = false;
	if (ns->holder)
		ftpmark_change_add(service);
	mutex_unlock(&ns->lock);
}

/**
 * ftpmark_transaction_remove - disable a service and remove it
 * @ns: the namespace, its lifecycle lock held
 * @name: the service
 * @refusal: the reason, when refused
 *
 * When this returns, and no transaction is open, only packets that are already
 * in a hook still see the service. Its files are left to the caller.
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: 0, or a negative errno with everything as it was: -EBUSY, -ENODEV,
 * -ENOENT, -ENOMEM.
 */
int ftpmark_transaction_remove(struct ftpmark_state *ns, const char *name,
			       struct ftpmark_refusal *refusal)
{
	struct ftpmark_service *service;
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	err = ftpmark_transaction_enter(ns, refusal);
	if (err)
		goto out;
	service = ftpmark_service_find(ns, name);
	if (!service || service->removed) {
		err = ftpmark_refuse(refusal, -ENOENT, "no service %s", name);
		goto out;
	}
	ftpmark_change_remove(service);
	err = ftpmark_transaction_leave(ns, refusal);
out:
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_set - change one setting
 * @service: the service
 * @setting: which one
 * @text: the value
 * @refusal: the reason, when refused
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: 0, or a negative errno with the setting as it was.
 */
int ftpmark_transaction_set(struct ftpmark_service *service,
			    const struct ftpmark_setting *setting,
			    const char *text, struct ftpmark_refusal *refusal)
{
	struct ftpmark_state *ns = service->ns;
	int err;

	mutex_lock(&ns->lock);
	err = ftpmark_transaction_enter(ns, refusal);
	if (!err)
		err = ftpmark_change_set(service, setting, text, refusal);
	if (!err)
		err = ftpmark_transaction_leave(ns, refusal);
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_configure - change all settings of a service
 * @service: the service, its namespace's lifecycle lock held since it was added
 *	outside of a transaction
 * @settings: the settings; their lists are the service's from here on, even if
 *	it fails
 * @refusal: the reason, when refused
 *
 * Context: takes the namespace's lock; may sleep.
 * Return: 0, or a negative errno with the settings as they were.
 */
int ftpmark_transaction_configure(struct ftpmark_service *service,
				  const struct ftpmark_settings *settings,
				  struct ftpmark_refusal *refusal)
{
	struct ftpmark_state *ns = service->ns;
	int err;

	lockdep_assert_held(&ns->lifecycle);

	mutex_lock(&ns->lock);
	ftpmark_change_stage(service, settings);
	err = ftpmark_change_commit(ns, refusal);
	mutex_unlock(&ns->lock);
	return err;
}

/**
 * ftpmark_transaction_show - write a setting, as the current process sees it
 * @service: the service
 * @setting: which one
 * @page: a buffer of PAGE_SIZE bytes, aligned to it
 *
 * The holder of a transaction sees what it has staged, all others what is in
 * force.
 *
 * Context: takes the namespace's lock.
 * Return: number of characters written.
 */
ssize_t ftpmark_transaction_show(struct ftpmark_service *service,
				 const struct ftpmark_setting *setting,
				 char *page)
{
	struct ftpmark_state *ns = service->ns;
	ssize_t len;

	mutex_lock(&ns->lock);
	len = ftpmark_setting_print(setting,
				    ftpmark_transaction_is_mine(ns) ?
				    &service->staged : &service->settings,
				    page);
	mutex_unlock(&ns->lock);
	return len;
}
