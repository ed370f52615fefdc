// Package entente is the map of Entente: a managed Active Directory that
// people run themselves, with real domain controllers (Samba AD DC), real
// trust relationships, and the API, command line, SDKs and Terraform
// resources that people know from AWS Directory Service.
//
// Nouns are what the service knows; five folders are what happens to a
// request, in order; the rest are doors and tools:
//
//	nouns    directory  trust  vpc  assessment  condition  audit  access
//	flow     awsapi → service → store → reconcile → engine
//	doors    cmd/entente  console
//	tools    internal  client  tests  scripts  deploy  docs
//
// # One CreateTrust, in eight steps
//
//  1. awsapi recomputes the SigV4 signature, finds CreateTrust by its target
//     name in one table, decodes the JSON into the SDK's own input type and
//     checks every member's shape, collecting all findings. (awsapi/sigv4,
//     awsapi/operations.go, awsapi/validate.go)
//  2. service.CreateTrust checks the meaning: the directory is Active, the
//     name has two labels and is not our own, no trust with that domain
//     exists. One transaction writes the trust.Spec, the sealed trust
//     password, the conditional forwarder, the uniqueness key of the pair and
//     the audit entry. The answer is the trust's id. Nobody has spoken to the
//     partner yet. (service/create_trust.go)
//  3. The store's watch sees the new keys, refreshes the cache and nudges the
//     loops. A lost nudge costs time only: every key comes round again.
//     (store/watch.go, reconcile/loop.go)
//  4. reconcile/forwarders hands every DC its complete set of conditional
//     forwarders; engine/dnsforward swaps them and empties its cache. What a
//     DC can reach was settled before: reconcile/interfaces keeps the rules of
//     its security group and its IP routes in force. (vpc/filter.go)
//  5. reconcile/trusts loads spec and status, looks at the world from inside
//     the DC's network namespace — how DNS finds the partner, what its DCs
//     say of themselves, what our own side holds — and asks the pure
//     trust.Next what to do. It does that step and asks again, until Next
//     says wait. (trust/next.go, reconcile/trusts)
//  6. engine/lsa turns the step into LSAD and NETLOGON calls: the
//     trusted-domain object with AES keys, the forest trust information, then
//     TC_VERIFY on every DC, after REDISCOVER where in doubt; status codes come
//     back as typed values with words. (engine/lsa)
//  7. The domain controllers do it, or not: Samba in namespaces of their own,
//     which run on when this process stops. (engine/samba, engine/netns)
//  8. The reconciler writes the trust.Status: state, reason, conditions, a
//     verdict per DC, and when it looks again; the trust password is
//     forgotten. DescribeTrusts reads it from the cache; a broken trust shows
//     within a minute and heals by itself when the cause goes.
//
// Everything above is level-triggered: kill -9 at any point, start again, and
// the same steps lead to the same end. docs/architecture.md has the drawing,
// docs/decisions the reasons, arch_test.go checks the arrows.
package entente
