# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests of the files: the counters of a service.

# shellcheck disable=SC2034 # for the tests
counters=(
	active_connections
	active_failed
	active_unmatched
	already_marked
	bytes
	control_packets
	fast_ended
	fast_expired
	fast_full
	fast_leases
	fast_packets
	fast_route
	fast_too_long
	fast_unfit
	out_of_range
	passive_packets
	refused
)
