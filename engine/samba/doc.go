// Package samba runs domain controllers: each one a small container with
// Samba, winbindd and a DNS forwarder in it.
//
// It has two halves. Engine lives in `entente serve`: it starts containers,
// finds the ones that run already, has domains provisioned, joined and
// populated, and removes them. Init is pid 1 of a container (`entente
// dc-init`): it makes the mounts, supervises the processes, and answers the
// Engine on a Unix socket. A container needs no Engine to run on: it keeps its
// forwarding rules itself and starts its processes again when they end.
//
// A crash of either half at any moment is repaired by doing the same call
// again: a database counts from the moment its marker file is in place, and
// what is found without one is thrown away and made anew.
//
// It is not a place for decisions: what a directory should become is decided
// in reconcile/directories. It does no trust work; that is engine/lsa.
package samba
